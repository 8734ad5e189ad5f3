"""Words that pages use around articles.

What belongs here: the lexicons and line patterns by which boilerplate is told, in the languages we read, as Rust
regular expressions. What does not: what follows from a match (roles.py, pages.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _edged(pattern: str) -> str:
    """`pattern`, whose words are ASCII, with edges of words that ASCII tells: many times faster (see signs.py)."""
    return pattern.replace(r"\b", r"(?-u:\b)")


# Letters, or anything beyond ASCII: each repetition of `\p{L}` takes the engine a quarter of a millisecond to prepare.
_LETTER: Final = r"[^\x00-@\[-`{-\x7f]"
_LETTER_OF_NAME: Final = r"[^\x00-\x1f!-&(-,0-@\[-`{-\x7f]"

XPATH: Final = r"^/html/|/@content(?:\s|$)|\bmeta\[@"
XPATH_WORDS: Final = (
    "/html/", "/@content", "meta[@",
)  # fmt: skip
LOCALE: Final = r"^[a-z]{2}[_-][A-Z]{2}$"
IMAGE_ADDRESS: Final = (
    r"(?i)^https?://\S+(?:\.(?:jpe?g|png|webp|gif|avif)(?:[?#/]\S*)?|/(?:image|img|photo)s?/\S+)$"
)
IMAGE_SIZE: Final = r"^\d{2,5}(?: ?[x×] ?| )\d{2,5}(?: (?:true|false))?$"
ADDRESS: Final = r"^https?://\S+$"
YEAR: Final = r"^(?:19|20)\d{2}$"
EMAIL: Final = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,24}"
# One schema.org Organization, flattened: name, e-mail, telephone, legal name, size of the logo. Without a telephone
# only the logo's size tells it from a sentence with an address in it.
PUBLISHER: Final = rf"^(?P<name>.{{2,80}}?) (?P<email>{EMAIL}) (?P<telephone>\+?[\d ()./-]{{6,20}}\d) (?P<legal>.{{2,120}}?)(?: \d{{2,4}} \d{{2,4}})?$"
PUBLISHER_WORDS: Final = ("@",)
PUBLISHER_WITHOUT_TELEPHONE: Final = (
    rf"^(?P<name>.{{2,80}}?) (?P<email>{EMAIL}) (?P<legal>.{{2,120}}?) \d{{2,4}} \d{{2,4}}$"
)
ISO_TIMESTAMP: Final = (
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
CRAWLER_HEADER: Final = r"^date \d{4}(?:-\d{2}(?:-\d{2})?)?$"

# A sentence that tells the page's own date.
DATED: Final = (
    r"(?i)\b(?:published|posted|updated|modified|amended|corrected|veröffentlicht|aktualisiert|publié|mis à jour|publicado|actualizado"
    r"|atualizado|опубликовано|обновлено)\b|[AaPp]\.[Mm]\."
)
DATED_WORDS: Final = (
    "published", "posted", "updated", "modified", "amended", "corrected", "veröffentlicht", "aktualisiert",
    "publié", "mis à jour", "publicado", "actualizado", "atualizado", "опубликовано", "обновлено", "a.m.",
    "p.m.",
)  # fmt: skip

COPYRIGHT: Final = _edged(
    r"(?i)©|\(c\) \d{4}|\bcopyright\b|all rights reserved|alle rechte vorbehalten|tous droits réservés"
    r"|todos los derechos|todos os direitos|все права защищены|جميع الحقوق|無断転載"
)
COPYRIGHT_WORDS: Final = (
    "©", "(c) ", "copyright", "all rights reserved", "alle rechte", "tous droits", "todos los derechos",
    "todos os direitos", "все права", "جميع الحقوق", "無断転載",
)  # fmt: skip
LEGAL: Final = (
    r"(?i)^(?:privacy(?: policy| notice)?|terms(?: of (?:use|service))?|terms (?:&|and) conditions|imprint|impressum"
    r"|datenschutz|mentions légales|aviso legal|cookie policy|accessibility|do not sell.*)$"
)
CONSENT: Final = _edged(
    r"(?i)our \d+ partners\b|^we value your privacy|\b(?:we|this (?:web)?site|our partners)\b.{0,60}\bcookies\b|\bcookies?\b.{0,80}\b(?:accept|consent|preferences|settings)\b"
    r"|^(?:accept|reject|allow)(?: all)?(?: cookies)?$|manage (?:cookies|preferences|consent)"
    r"|verwend\w+.{0,30}cookies|utilis\w+.{0,40}cookies|utiliza\w*.{0,40}cookies|использу\w+.{0,30}cookie|クッキー|ملفات تعريف الارتباط"
)
CONSENT_WORDS: Final = (
    "partners", "we value your privacy", "cookie", "accept", "reject", "allow", "manage preferences",
    "manage consent", "クッキー", "ملفات تعريف الارتباط",
)  # fmt: skip
SHARE: Final = (
    r"(?i)^(?:share(?: (?:this|on|via).*)?|listen to this (?:article|story)|\d+ min(?:utes?)?|tweet|facebook|twitter|x|whatsapp|telegram|linkedin|reddit|e-?mail|print|copy link|pinterest|"
    r"teilen|partager|compartir|compartilhar|(?:partager|teilen|compartir|compartilhar|share) (?:sur|auf|en|no|on|by|via) \S+|поделиться|مشاركة|シェア)(?:[\s|·•/,]+(?:share|tweet|facebook|twitter|x|whatsapp|telegram|"
    r"linkedin|reddit|e-?mail|print|copy link|pinterest|instagram|vk|ok))*$"
)
SUBSCRIPTION: Final = _edged(
    r"(?i)\bsubscribe\b|\bnewsletter\b|sign up (?:for|to)|^sign up$|\babonnez-vous\b|\bjetzt abonnieren\b|\bsuscr[ií]b|\bassine\b|подпишитесь|become a member"
    r"|free trial|enter your e-?mail|register for free"
)
SUBSCRIPTION_WORDS: Final = (
    "subscribe", "newsletter", "sign up", "abonnez-vous", "jetzt abonnieren", "suscri", "suscrí", "assine",
    "подпишитесь", "become a member", "free trial", "enter your e", "register for free",
)  # fmt: skip
ADVERTISEMENT: Final = r"(?i)^(?:advertisements?|sponsored(?: content)?|anzeige|werbung|publicité|publicidad|publicidade|реклама|إعلان|広告|ad|promoted)[:.]?$"
COMMENTS_HEADING: Final = (
    r"(?i)^(?:\d+ )?(?:comments?|reader comments|kommentare|commentaires|comentarios|comentários|комментарии|التعليقات|コメント)"
    r"(?: \(?\d+\)?)?:?$|^(?:leave a (?:comment|reply)|join the (?:conversation|discussion)|add a comment|post a comment)"
)
RELATED_HEADING: Final = (
    rf"(?i)^(?:also in \p{{L}}.{{0,30}}|other {_LETTER}{{3,12}}|related(?: .{{0,24}})?|more(?: {_LETTER}{{3,14}}| (?:on|from|in)\b.{{0,40}})|most (?:commented|shared)|read (?:more|next|also)|see also|you (?:may|might) also like.*"
    r"|most (?:read|popular|viewed|shared)|recommended(?: .{0,20})?|trending(?: .{0,20})?|latest (?:news|stories|articles)|(?:more )?top stories|popular"
    r"|don't miss|editors?'? picks?|up next|what to read next|mehr zum thema|lesen sie auch|das könnte sie auch interessieren|meistgelesen"
    r"|lire aussi|à lire aussi|sur le même sujet|les plus lus|lea también|más noticias|noticias relacionadas|leia também|mais lidas"
    r"|читайте также|по теме|اقرأ أيضا|مواضيع ذات صلة|関連記事|あわせて読みたい)\s?[:.…]?$"
)
READ_MORE: Final = (
    r"(?i)^(?:read more|read also|see also|lire aussi|lesen sie auch|lea también|leia também|читайте также|watch|related|also read)\s?[:|›»]"
    r"|^(?:continue reading|click here|read the full (?:story|article))\b"
)
CAPTION: Final = _edged(
    # `(Luc Bellavance / St. Lawrence Tribune)`
    r"\((?:\p{Lu}[\p{L}'’.-]+ ){1,3}/ ?[^()]{2,40}\)$|"
    r"(?i)^(?:file )?(?:photo(?:graph)?|image|picture|foto|bild|imagen|crédit photo|фото|صورة|写真)(?: (?:by|credit|courtesy))?\s?[:/]"
    r"|\((?:photo|image|picture|foto|bild|ap photo|file)\b[^)]*\)$|\b(?:getty images|afp via|ap photo|shutterstock)\b"
    rf"|\b(?:photo|photograph|picture|credit|foto): ?\p{{Lu}}{_LETTER_OF_NAME}{{2,40}}$"
)
CAPTION_WORDS: Final = (
    " /", "photo", "image", "picture", "foto", "bild", "фото", "صورة", "写真", "(file", "getty images", "afp via",
    "shutterstock", "credit",
)  # fmt: skip
# A byline names who wrote it: `By Jane Doe`, `Von Max Muster`, `Par Jeanne Dupont`.
BYLINE: Final = r"^(?:(?i:written by|words by|text by|story by|reported by|words:|text:|by|von|par|por|автор:?|от|بقلم:?|كتبت?:?|文[・:]|取材[・:])(?:\s+|\s*[:：]\s*))\p{L}"
# `Aoife Brannigan`, `Beatriz Salgueiro in Coruche`, `Council reporter Fiona Abernethy`: a name and no more.
NAME_LINE: Final = (
    r"^(?:\p{Lu}?\p{L}+ )?(?:(?i:reporter|correspondent|editor|writer|columnist),? )?"
    r"\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}[\p{L}.'’-]*){1,3}(?: in \p{Lu}[\p{L} -]{2,20})?$"
    r"|^[\p{Han}\p{Hiragana}\p{Katakana}]{2,10}(?:記者|特派員)$"
)
# Lines below an article that speak of the outlet or of the author, not of the story.
COLOPHON: Final = (
    r"(?i)^(?:the )?views expressed|\bis published by\b|^report an error|^support (?:our|us|independent)|^if you (?:liked|enjoyed)"
    r"|please consider a (?:gift|donation)|^(?:enjoying|enjoyed) this|unlimited access|^already a subscriber|^this article is for subscribers"
    r"|^cancel at any time|^get one long read|^donate\b"
)
COLOPHON_WORDS: Final = (
    "views expressed", "is published by", "report an error", "support our", "support us", "support independent",
    "if you liked", "if you enjoyed", "please consider a", "enjoying this", "enjoyed this", "unlimited access",
    "already a subscriber", "this article is for subscribers", "cancel at any time", "get one long read",
    "donate",
)  # fmt: skip
JOB_LINE: Final = r"(?i)^(?:\w+ )?(?:reporter|correspondent|editor|columnist)\b,? \p{L}"
HOME_WORDS: Final = r"(?i)^(?:home|menu|search|log ?in|sign in|register|skip to (?:main )?content|navigation|contact(?: us)?|about(?: us)?)$"

ERROR_PAGE: Final = (
    r"(?i)\b(?:404|403|500|502|503)\b.{0,40}\b(?:error|not found|forbidden|unavailable)\b|page (?:not found|you (?:are looking for|requested))|access denied"
    r"|seite nicht gefunden|page introuvable|página no encontrada|something went wrong|error (?:404|403|500|503)"
)
ERROR_PAGE_WORDS: Final = (
    "404", "403", "500", "502", "503", "page not found", "page you", "access denied", "seite nicht gefunden",
    "page introuvable", "página no encontrada", "something went wrong",
)  # fmt: skip
PRODUCT_PAGE: Final = r"(?i)add to (?:cart|basket|bag)|in stock|out of stock|\bsku\b|free (?:delivery|shipping|returns)|buy now|add to wish ?list|customer reviews"
PRODUCT_PAGE_WORDS: Final = (
    "add to", "in stock", "out of stock", "sku", "free delivery", "free shipping", "free returns", "buy now",
    "customer reviews",
)  # fmt: skip
FORUM_PAGE: Final = r"(?i)\b(?:posts|joined|replies|reply|quote|posted by|thread starter|topic starter|re):|\breply(?: with quote)?$|#\d+$|\bthread\b|\bforum\b|»\s"
FORUM_PAGE_WORDS: Final = (
    "posts:", "joined:", "replies:", "reply", "quote:", "posted by:", "starter:", "re:", "#", "thread", "forum",
    "»",
)  # fmt: skip
DOCUMENTATION_PAGE: Final = r"(?i)\b(?:api reference|parameters|returns|installation|getting started|changelog|deprecated|syntax|release notes|on this page|edit this page|command line|quick ?start)\b|^\$ |^>>> |\w+\(\)"
DOCUMENTATION_PAGE_WORDS: Final = (
    "api reference", "parameters", "returns", "installation", "getting started", "changelog", "deprecated",
    "syntax", "release notes", "on this page", "edit this page", "command line", "quick start", "quickstart",
    "$ ", ">>> ", "()",
)  # fmt: skip
SERVICE_PAGE: Final = r"(?i)\b(?:contact us|opening hours|our (?:services|team|offices?)|request a (?:quote|demo)|get in touch|book (?:now|an appointment)|customer service|faq|pricing)\b"

SERVICE_PAGE_WORDS: Final = (
    "contact us", "opening hours", "our service", "our team", "our office", "request a ", "get in touch",
    "book now", "book an appointment", "customer service", "faq", "pricing",
)  # fmt: skip
# Phrases by which the lines around an article give themselves away. No verdicts: the role model weighs them (how far
# below a line about comments does a paragraph stand?), so a phrase may well stand in an article too.
CUE_PHRASES: Final[Mapping[str, tuple[str, ...]]] = {
    "related": (
        "related", "read more", "read next", "more from", "more stories", "you may also", "you might", "recommended",
        "recent posts", "latest news", "latest stories", "popular", "trending", "most read", "see also", "more on",
        "more in", "up next", "next article", "previous article", "next post", "previous post", "editor", "don't miss",
        "top stories", "similar", "keep reading", "in this section", "share this", "further reading",
        "continue reading", "also read", "also like", "what to read",
    ),
    "comment": (
        "comment", "leave a reply", "reply", "your email address will not", "log in to", "join the conversation",
        "discussion", "responses", "respuestas", "kommentar",
    ),
    "subscription": (
        "subscribe", "newsletter", "sign up", "signup", "sign in", "inbox", "log in", "register", "donate",
        "support us", "member", "free trial", "abonn", "suscr", "get the latest", "alerts", "follow us", "follow",
        "download our app", "join our",
    ),
    "legal": (
        "copyright", "©", "all rights", "privacy", "terms of", "cookie", "disclaimer", "reserved", "contact us",
        "about us", "advertis", "affiliate", "commission", "sponsor", "permission", "editorial", "datenschutz",
        "impressum", "mentions légales",
    ),
    "share": (
        "share", "facebook", "twitter", "linkedin", "whatsapp", "email", "print", "pinterest", "reddit", "copy link",
        "tweet", "telegram", "instagram", "youtube", "tiktok", "bluesky",
    ),
    "biography": (
        "about the author", "is a ", "author", "written by", "writer", "reporter", "journalist", "correspondent",
        "contributor", "editor", "contact", "reach ", "@", "covers", "his work", "her work", "founder", "freelance",
        "follow him", "follow her", "posts by", "view all",
    ),
    "caption": (
        "photo", "image", "credit", "getty", "reuters", "shutterstock", "courtesy", "afp", "via", "picture",
        "pictured", "caption", "file photo", "istock", "unsplash", "video", "source:", "foto", "illustration", "©",
        "screenshot", "graphic",
    ),
    "by": ("by ", "written by", "author", "posted by", "story by", "von ", "par ", "por "),
}  # fmt: skip

"""Invented names and addresses: nobody in a synthetic organisation exists."""

#: The organisation's own domain, and the one it used before; both reserved for examples.
DOMAIN = "aldermoor.example"
OLD_DOMAIN = "aldermoor-labs.example"

_GIVEN = (
    "Avelin", "Bramo", "Cassivel", "Dorrit", "Elswen", "Fenwick", "Galadi", "Hesper", "Ilvane",
    "Jorvik", "Kestra", "Lumire", "Merrow", "Nyssel", "Ondrak", "Peverin", "Quilla", "Rosk",
    "Sabelin", "Tamsel", "Ulvar", "Vesper", "Wystan", "Xantho", "Yselle", "Zephrin", "Ambrel",
    "Brielka", "Corvin", "Delphar", "Ennis", "Farrow",
)  # fmt: skip
_FAMILY = (
    "Quillfen", "Ostrander-Vale", "Marrowby", "Tindlewick", "Harrowgale", "O'Dunmarrow",
    "Castellorin", "Vintersund", "Pellowmere", "Brackenthal", "Skarnholt", "Lindquarry",
    "Fallowmere", "Wexcombe", "Thistlerun", "Greymantle", "Oakenshore", "Rivenhal", "Sallowby",
    "Umberlee", "van der Moorhe", "Caldecroft", "Ashgrovel", "Nettlefold", "Dunvarrow", "Eskerly",
    "Fjordane", "Gorseley", "Hollinwake", "Ivarstad", "Jessamy", "Kilnbrook", "Larkstow",
    "Moonfleet", "Norvane", "Pébrac", "Queströn", "Rookhałm", "Søndervig", "Tarnhøj", "Uldale",
)  # fmt: skip
_OTHER_SCRIPTS = (
    "Талвен Ирмосс", "Велора Зимнева", "慧斗 渓林", "星野路 遥希原", "نورين الصدفي",
    "Ζέφη Λουράνη", "तरविन मेघालक", "서한별 노을", "ლევანი ზღვარელი", "ณภัทร ธารใส",
)  # fmt: skip
_EVERY_OTHER = 23


def full_name(number: int) -> str:
    """Name of the person with an employee number; names repeat, numbers do not."""
    if number % _EVERY_OTHER == 0:
        return _OTHER_SCRIPTS[number // _EVERY_OTHER % len(_OTHER_SCRIPTS)]
    given = _GIVEN[(number * 7 + number // 41) % len(_GIVEN)]
    return f"{given} {_FAMILY[(number * 11 + number // 32) % len(_FAMILY)]}"


def handle(number: int) -> str:
    """Login of the person with an employee number: Latin letters, digits and hyphens."""
    name = full_name(number)
    words = ["".join(c for c in word.lower() if "a" <= c <= "z") for word in name.split()]
    stem = "-".join(word[:9] for word in words if word) or "dev"
    return f"{stem}{number}"


def address(number: int, domain: str = DOMAIN) -> str:
    """E-mail address of the person with an employee number."""
    return f"{handle(number).replace('-', '.')}@{domain}"

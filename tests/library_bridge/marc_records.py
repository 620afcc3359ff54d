"""Records made up for the tests: a MARC 21 and a CNMARC one, whole and with whatever is changed."""

from pymarc import Field, Indicators, Record, Subfield

Fields = dict[str, object]


def record(fields: list[tuple[str, object]], *, status: str = "n", kind: str = "a", utf8: bool = True) -> Record:
    """`("245", "a:Title b:rest")` would be ambiguous, so subfields come as pairs: `("245", [("a", "Title")])`."""
    made = Record(force_utf8=utf8)
    made.leader = made.leader[:5] + status + kind + made.leader[7:]
    for tag, value in fields:
        if isinstance(value, str):
            made.add_field(Field(tag, data=value))
        else:
            parts = [Subfield(code, text) for code, text in value]  # type: ignore[attr-defined]
            made.add_field(Field(tag, Indicators("1", " "), parts))
    return made


def marc21(number: str = "b1", title: str = "Data structures :", **more: object) -> Record:
    fields = {
        "001": number,
        "008": "150801s2012    cc            000 0 eng d",
        "020": [("a", "7-300-11390-7 (pbk.)"), ("c", "CNY 68")],
        "100": [("a", "Doe, Jane B.,"), ("d", "1950-")],
        "245": [("a", title), ("b", "a primer /"), ("c", "Jane B. Doe ; translated by Li Lei.")],
        "260": [("a", "Beijing :"), ("b", "People's Press,"), ("c", "c2012.")],
        "650": [("a", "Data structures"), ("x", "Textbooks.")],
        "082": [("a", "005.7/3")],
        **{tag.lstrip("_"): value for tag, value in more.items()},
    }
    return record([(tag, value) for tag, value in fields.items() if value])


def cnmarc(number: str = "c1", title: str = "数据结构", *, utf8: bool = True, **more: object) -> Record:
    fields = {
        "001": number,
        "010": [("a", "7-300-11390-7"), ("d", "CNY68.00")],
        "100": [("a", "20020204d2012    em y0chiy50      ea")],
        "101": [("a", "chi")],
        "200": [("a", title), ("A", "shu ju jie gou"), ("e", "入门"), ("f", "(美) 简·多伊, 王五著"), ("g", "李雷译")],
        "210": [("a", "北京"), ("c", "人民出版社"), ("d", "2012.8")],
        "225": [("a", "计算机丛书")],
        "606": [("a", "数据结构"), ("x", "教材")],
        "690": [("a", "TP311.12"), ("v", "5")],
        "701": [("a", "多伊"), ("4", "著")],
        "702": [("a", "李雷"), ("4", "译")],
        "801": [("a", "CN")],
        "905": [("d", "TP311"), ("e", "26"), ("b", "0001"), ("b", "0002")],
        **{tag.lstrip("_"): value for tag, value in more.items()},
    }
    return record([(tag, value) for tag, value in fields.items() if value], utf8=utf8)


def in_gb18030(made: Record) -> bytes:
    """As Chinese systems write it: lengths in bytes, the leader saying nothing."""
    return recoded(made, "gb18030")


def recoded(made: Record, encoding: str) -> bytes:
    fields, directory = b"", b""
    for field in made.fields:
        raw = field.as_marc(encoding=encoding)
        directory += f"{field.tag}{len(raw):04d}{len(fields):05d}".encode()
        fields += raw
    base = 24 + len(directory) + 1
    leader = f"{base + len(fields) + 1:05d}{str(made.leader)[5:9]} 22{base:05d}   450 ".encode()
    return leader + directory + b"\x1e" + fields + b"\x1d"

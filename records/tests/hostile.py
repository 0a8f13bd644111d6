"""Real files for tests: plain ones, and such as an attacker would send."""

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image


def pdf(*, change=None, password: str = "", pages: int = 1) -> bytes:
    """A PDF with blank pages; `change` gets the open document."""
    found = pikepdf.new()
    for _page in range(pages):
        found.add_blank_page(page_size=(200, 200))
    if change:
        change(found)
    out = io.BytesIO()
    found.save(out, encryption=pikepdf.Encryption(owner="o", user=password) if password else False)
    return out.getvalue()


def scripted(found: pikepdf.Pdf) -> None:
    found.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def script_by_name(found: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=found.make_stream(b"app.alert(1)"))
    names = pikepdf.Array([pikepdf.String("x"), found.make_indirect(script)])
    found.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))


def script_of_a_page(found: pikepdf.Pdf) -> None:
    found.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1")))


def launching(found: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    found.pages[0].Annots = found.make_indirect(pikepdf.Array([found.make_indirect(link)]))


def submitting(found: pikepdf.Pdf) -> None:
    found.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F=pikepdf.String("http://x.test"))


def with_a_form_of_xml(found: pikepdf.Pdf) -> None:
    found.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=found.make_stream(b"<xdp/>"))


def with_a_file_within(found: pikepdf.Pdf) -> None:
    found.attachments["virus.exe"] = b"MZ"


def with_media(found: pikepdf.Pdf) -> None:
    rich = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia, Rect=[0, 0, 9, 9])
    found.pages[0].Annots = pikepdf.Array([rich])


def pdf_and_zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as found:
        found.writestr("Evil.class", b"\xca\xfe\xba\xbe")
    return pdf() + archive.getvalue()


def gif_and_pdf() -> bytes:
    return b"GIF89a" + b"\0" * 20 + pdf()


def pdf_that_unpacks_into_gigabytes() -> bytes:
    """An object stream of zeros: a few megabytes that become four gigabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1 << 24)) for _time in range(256)) + packer.flush()
    stream = b"5 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    body = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    second, third = len(body), 0
    body += b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    third = len(body)
    body += b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n"
    fifth = len(body)
    body += stream + packed + b"\nendstream\nendobj\n"
    start = len(body)
    rows = [(0, 0, 65535), (1, 9, 0), (1, second, 0), (1, third, 0), (2, 5, 0), (1, fifth, 0), (1, start, 0)]
    table = b"".join(struct.pack("!BLH", *row) for row in rows)
    return (
        body
        + b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table)
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    )


def picture(format: str = "JPEG", *, size: tuple[int, int] = (320, 240), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, format, **options)
    return out.getvalue()


def picture_with_a_place() -> bytes:
    """A photo that says where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "Ana Lopez, ward 3"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825).update({1: "S", 2: (34.0, 36.0, 12.0), 3: "W", 4: (58.0, 22.0, 54.0)})
    return picture("JPEG", exif=exif, comment=b"Ana Lopez")


def png_that_claims_billions() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack("!L", len(content)) + name + content + struct.pack("!L", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack("!LLBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")

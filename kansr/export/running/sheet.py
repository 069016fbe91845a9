"""A sheet with the rows and the formula, computed by LibreOffice.

The sheet is written as Excel's own file (a zip with five small XML files), so that the formula is read by the grammar
of Excel; LibreOffice turns it into its own flat file, which holds fifteen digits of every value.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from kansr.export.excel import ROW, cells, letters
from kansr.export.running.program import Job, NotRun, finished, refused
from kansr.files import scratch
from kansr.formula.functions import Array

_TOOLS = ("soffice", "libreoffice", "localc")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_AROUND = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/book.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/sheet.xml" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_LINKS}/officeDocument" Target="book.xml"/></Relationships>',
    "book.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
    '<sheets><sheet name="rows" sheetId="1" r:id="r1"/></sheets></workbook>',
    "_rels/book.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_LINKS}/worksheet" Target="sheet.xml"/></Relationships>',
}


def run_sheet(job: Job) -> tuple[str, Array]:
    """Give the values [n] that LibreOffice computes. Raises as `Program` does."""
    tool = next((found for found in map(shutil.which, _TOOLS) if found), None)
    if tool is None:
        raise NotRun("LibreOffice is not on this machine")
    with scratch() as folder:
        _write(job, folder / "rows.xlsx")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"  # not the user's own
        command = [tool, profile, "--headless", "--norestore", "--convert-to", "fods", "rows.xlsx"]
        finished(command, folder, "", tool="LibreOffice")
        if not (folder / "rows.fods").is_file():
            raise NotRun("LibreOffice cannot read a sheet here")
        values = np.array(list(_values(folder / "rows.fods")))
    if len(values) != len(job.rows):
        raise refused("LibreOffice", f"error: {len(values)} values for {len(job.rows)} rows")
    return "LibreOffice", values


def _write(job: Job, path: Path) -> None:
    """Write the sheet: the columns where the formula looks for them, and the formula behind them, in every row."""
    line = job.text.splitlines()[0].removeprefix("=")
    places = [cell.removesuffix(str(ROW)) for cell in cells(job.formula, job.about).values()]
    last = letters(len({*job.about.features, *job.formula.names.values()}))
    with zipfile.ZipFile(path, "w") as book:
        for name, text in _AROUND.items():
            book.writestr(name, _HEAD + text)
        rows = "".join(
            _row(i, dict(zip(places, row, strict=True)), last, line) for i, row in enumerate(job.rows.tolist())
        )
        book.writestr("sheet.xml", f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>')


def _row(i: int, numbers: dict[str, float], last: str, line: str) -> str:
    number = i + ROW
    shifted = re.sub(rf"(?<![\w.])([A-Z]+){ROW}(?![\w(.])", rf"\g<1>{number}", line)
    ordered = sorted(numbers.items(), key=lambda pair: (len(pair[0]), pair[0]))
    found = "".join(f'<c r="{letter}{number}"><v>{value!r}</v></c>' for letter, value in ordered)
    return f'<row r="{number}">{found}<c r="{last}{number}"><f>{escape(shifted, quote=False)}</f></c></row>'


def _values(path: Path) -> Iterator[float]:
    """Read the value of each cell that holds a formula."""
    for _, cell in ElementTree.iterparse(path):
        if cell.tag == f"{{{_TABLE}}}table-cell" and f"{{{_TABLE}}}formula" in cell.attrib:
            number = cell.get(f"{{{_OFFICE}}}value-type") == "float"
            yield float(cell.get(f"{{{_OFFICE}}}value", "nan")) if number else float("nan")

"""A table of figures, printed and kept as Markdown."""

from dataclasses import dataclass, field


@dataclass
class Table:
    """One measurement: what it is, how it was taken, and its rows."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows, strict=True)]

        def line(cells: tuple[str, ...]) -> str:
            return (
                "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
            )

        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        notes = [f"- {note}" for note in self.notes]
        return "\n".join(
            [f"## {self.title}", "", line(self.headings), rule, *map(line, self.rows), "", *notes, ""]
        )

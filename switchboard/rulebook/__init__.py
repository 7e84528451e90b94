"""Rules as data: dated, cited, with worked examples. Every number of the law or an instrument lives here."""

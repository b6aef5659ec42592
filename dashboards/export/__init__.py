"""The planning pack: slides, workbook, paper and tables of one view of one snapshot."""

//! Tables for table programs.

use crate::error::Error;

/// Rows with semicolons, as German programs expect them; the first one is the head.
pub fn table<R>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, Error>
where
    R: IntoIterator<Item: AsRef<[u8]>>,
{
    let format = |e: csv::Error| Error::Format(e.to_string());
    let mut table = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    for row in rows {
        table.write_record(row).map_err(format)?;
    }
    table.into_inner().map_err(|e| Error::Format(e.to_string()))
}

/// A table program must not take a name out of a letter for a formula.
pub fn harmless(cell: impl AsRef<str>) -> String {
    let cell = cell.as_ref();
    if cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_its_row() {
        let rows = [["Absender", "Amt"].map(harmless), ["=HYPERLINK(1)", "Bau; Straße"].map(harmless)];
        let text = String::from_utf8(table(rows).unwrap()).unwrap();
        assert_eq!(text, "Absender;Amt\n'=HYPERLINK(1);\"Bau; Straße\"\n");
    }
}

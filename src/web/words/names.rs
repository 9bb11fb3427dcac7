//! Words for what the program calls by a code: states, fields, roles, events; dates and moments as people write them.

use super::Language;
use crate::model::town::StaffRole;

/// The word for a state of a batch, page, document or delivery.
pub fn state(language: Language, state: &str) -> &str {
    let pair = match state {
        "received" => ("eingegangen", "received"),
        "opened" => ("wird gelesen", "being read"),
        "read" => ("gelesen", "read"),
        "cut" => ("getrennt", "cut"),
        "released" => ("abgeschlossen", "finished"),
        "held" => ("wartet auf Angaben", "lacks facts"),
        "cancelled" => ("zurückgenommen", "cancelled"),
        "rejected" => ("nicht lesbar", "unreadable"),
        "stored" => ("übernommen", "stored"),
        "measured" => ("vermessen", "measured"),
        "formed" => ("wird erkannt", "being understood"),
        "understood" => ("erkannt", "understood"),
        "review" => ("in Nachbearbeitung", "in review"),
        "hold" => ("angehalten", "held"),
        "sample" => ("in Stichprobe", "in sample check"),
        "approved" => ("freigegeben", "approved"),
        "sealed" => ("nachgewiesen", "sealed"),
        "delivering" => ("wird zugestellt", "being delivered"),
        "delivered" => ("zugestellt", "delivered"),
        "closed" => ("abgeschlossen", "closed"),
        "planned" => ("geplant", "planned"),
        "sending" => ("unterwegs", "under way"),
        "handed_over" => ("übergeben", "handed over"),
        "confirmed" => ("bestätigt", "confirmed"),
        "ambiguous" => ("ungewiss", "uncertain"),
        "refused" => ("abgelehnt", "refused"),
        "dead" => ("aufgegeben", "given up"),
        other => return other,
    };
    if language == Language::German { pair.0 } else { pair.1 }
}

/// The word for a field of a letter; its own name if the town added it.
pub fn field(language: Language, name: &str) -> &str {
    let pair = match name {
        "sender" => ("Absender", "Sender"),
        "letter_date" => ("Datum des Briefs", "Letter date"),
        "received_date" => ("Eingangsstempel", "Received stamp"),
        "subject" => ("Betreff", "Subject"),
        "reference" => ("Zeichen des Absenders", "Sender's reference"),
        "own_reference" => ("Unser Zeichen", "Our reference"),
        "iban" => ("IBAN", "IBAN"),
        "bic" => ("BIC", "BIC"),
        "creditor_number" => ("Gläubiger-ID", "Creditor identifier"),
        "deadline" => ("Frist", "Deadline"),
        "service_date" => ("Zugestellt am", "Served on"),
        "discount_date" => ("Skonto bis", "Discount until"),
        "invoice_number" => ("Rechnungsnummer", "Invoice number"),
        "gross_amount" => ("Betrag, brutto", "Gross amount"),
        "due_date" => ("Fällig am", "Due date"),
        "order_number" => ("Bestellnummer", "Order number"),
        "customer_number" => ("Kundennummer", "Customer number"),
        "recipient" => ("Empfänger", "Recipient"),
        other => return other,
    };
    if language == Language::German { pair.0 } else { pair.1 }
}

/// The word for a role.
pub fn role(language: Language, role: StaffRole) -> &'static str {
    let pair = match role {
        StaffRole::Operator => ("Scankraft", "Operator"),
        StaffRole::Reviewer => ("Nachbearbeitung", "Reviewer"),
        StaffRole::Department => ("Amt", "Department"),
        StaffRole::Head => ("Leitung", "Head"),
        StaffRole::Administrator => ("Systembetreuung", "Administrator"),
        StaffRole::Auditor => ("Prüfung", "Auditor"),
    };
    if language == Language::German { pair.0 } else { pair.1 }
}

/// A moment of the ledger as people read it, in the town's time.
pub fn moment(language: Language, utc: &str) -> String {
    let Ok(at) = utc.parse::<jiff::Timestamp>() else { return utc.to_owned() };
    let local = at.to_zoned(town_time());
    let form = if language == Language::German { "%d.%m.%Y %H:%M" } else { "%Y-%m-%d %H:%M" };
    local.strftime(form).to_string()
}

/// The day of a moment of the ledger as people read it, in the town's time.
pub fn day(language: Language, utc: &str) -> String {
    moment(language, utc).split(' ').next().unwrap_or_default().to_owned()
}

/// An ISO date as people read it.
pub fn date(language: Language, iso: &str) -> String {
    match (language, iso.parse::<jiff::civil::Date>()) {
        (Language::German, Ok(date)) => date.strftime("%d.%m.%Y").to_string(),
        _ => iso.to_owned(),
    }
}

/// German time; the machine's own where time zones are not installed.
pub fn town_time() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get("Europe/Berlin").unwrap_or_else(|_| jiff::tz::TimeZone::system())
}

/// What an event says; its code where there is no sentence for it.
pub fn event(language: Language, code: &str) -> String {
    let pair = match code {
        "batch.received" => ("Stapel übernommen", "Batch taken over"),
        "batch.possible_duplicate" => ("Vielleicht ein Doppel", "Possibly a duplicate"),
        "batch.opened" => ("Seiten bekannt", "Pages known"),
        "batch.read" => ("Alle Seiten gelesen", "All pages read"),
        "batch.cut" => ("In Schriftstücke getrennt", "Cut into documents"),
        "batch.held" => ("Stapel angehalten", "Batch held"),
        "batch.released" => ("Stapel abgeschlossen", "Batch finished"),
        "batch.rejected" => ("Datei nicht lesbar", "File unreadable"),
        "document.formed" => ("Schriftstück gebildet", "Document formed"),
        "document.understood" => ("Erkannt", "Understood"),
        "document.review" => ("Zur Nachbearbeitung gelegt", "Put into review"),
        "document.hold" => ("Angehalten", "Held"),
        "document.approved" => ("Freigegeben", "Approved"),
        "document.corrected" => ("Berichtigt", "Corrected"),
        "document.sealed" => ("Produkt und Nachweis erstellt", "Product and proof made"),
        "document.delivering" => ("Zustellung beginnt", "Delivery begins"),
        "document.delivered" => ("Zugestellt", "Delivered"),
        "document.closed" => ("Abgeschlossen", "Closed"),
        "document.seen" => ("Angesehen", "Looked at"),
        "inbox.arrived" => ("Im Posteingang des Amts", "In the department's inbox"),
        "inbox.taken" => ("Vom Amt übernommen", "Taken over by the department"),
        "inbox.done" => ("Vom Amt erledigt", "Done by the department"),
        "inbox.recalled" => ("Aus dem Posteingang zurückgeholt", "Taken back from the inbox"),
        "inbox.returned" => ("Vom Amt zurückgegeben", "Sent back by the department"),
        "document.item" => ("Papier als Sendung eingetragen", "Paper entered as an item"),
        "circle.substituted" => ("An den vertretenden Kreis", "To the circle standing in"),
        "inbox.escalated" => ("Ungeöffnet: an die Leitung", "Unopened: to the head"),
        "inbox.reorganised" => ("Mit dem Amt umgezogen", "Moved with the department"),
        "item.reorganised" => ("Mit dem Amt umgezogen", "Moved with the department"),
        "inbox.forwarded" => ("Weitergegeben", "Passed on"),
        "document.recut" => ("Seiten von Hand geändert", "Pages changed by hand"),
        "document.replaced" => ("Neue Fassung, weil neu gescannt", "New version, because scanned again"),
        "page.rescanned" => ("Seite neu gescannt", "Page scanned again"),
        "page.void" => ("Seite ungültig, Papier kommt noch einmal", "Page void, the paper comes again"),
        "document.joined" => ("Mit anderem Schriftstück verbunden", "Joined to another document"),
        "paper.rescan" => ("Neuscan angefordert", "Rescan asked for"),
        "paper.rescanned" => ("Neu gescannt", "Rescanned"),
        "item.registered" => ("In das Posteingangsbuch eingetragen", "Entered in the mail book"),
        "item.in_stack" => ("Hinweisblatt im Stapel gescannt", "Its sheet was scanned in a stack"),
        "item.handed_over" => ("Übergeben", "Handed over"),
        "feedback.good" => ("Amt: lesbar und vollständig", "Department: legible and complete"),
        "feedback.unreadable" => ("Amt: fehlt oder unleserlich", "Department: missing or illegible"),
        "sample.seed" => ("Stichprobe gezogen", "Sample drawn"),
        "sample.passed" => ("Stichprobe: gut", "Sample check: good"),
        "sample.failed" => ("Stichprobe: fehlerhaft", "Sample check: defective"),
        "paper.kept" => ("Papier bleibt", "Paper is kept"),
        "paper.freed" => ("Papier nicht mehr gesperrt", "Paper no longer kept"),
        "paper.pulled" => ("Papier aus dem Karton genommen", "Paper taken out of the box"),
        "paper.released" => ("Papier zur Vernichtung freigegeben", "Paper released to be destroyed"),
        "paper.boxed" => ("Papier in Karton gelegt", "Paper put into a box"),
        "document.exported" => ("Für eine Auskunft ausgegeben", "Given out on request"),
        "retention.document" => ("Kopie nach Frist gelöscht", "Copy deleted when its days were over"),
        "retention.batch" => ("Scan nach Frist gelöscht", "Scan deleted when its days were over"),
        "retention.item" => ("Absender nach Frist gelöscht", "Sender deleted when its days were over"),
        "delivery.planned" => ("Zustellung geplant", "Delivery planned"),
        "delivery.sending" => ("Zustellung unterwegs", "Delivery under way"),
        "delivery.confirmed" => ("Zustellung bestätigt", "Delivery confirmed"),
        "delivery.handed_over" => ("Übergeben", "Handed over"),
        "delivery.refused" => ("Zustellung abgelehnt", "Delivery refused"),
        "delivery.ambiguous" => ("Zustellung ungewiss", "Delivery uncertain"),
        other => return other.to_owned(),
    };
    (if language == Language::German { pair.0 } else { pair.1 }).to_owned()
}

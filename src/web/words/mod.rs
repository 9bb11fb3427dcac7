//! Every word of the pages, German and English side by side, in one table.
//!
//! Reasons, notes and hints come from the rooms that found them and are German: they are part of the record.

mod names;

pub use names::*;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The default.
    German,
    /// Selectable.
    English,
}

impl Language {
    /// Every language, the default first.
    pub const ALL: [Self; 2] = [Self::German, Self::English];

    /// From a cookie or a form; German if unknown.
    pub fn of(code: &str) -> Self {
        if code == "en" { Self::English } else { Self::German }
    }

    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::German => &GERMAN,
            Self::English => &ENGLISH,
        }
    }
}

impl Words {
    /// Of two words, German and English, the one of this language.
    pub fn of(&self, (german, english): (&'static str, &'static str)) -> &'static str {
        if self.language == Language::German { german } else { english }
    }
}

macro_rules! words {
    ($($name:ident: $german:literal, $english:literal;)+) => {
        /// The words of one language.
        #[derive(Debug)]
        #[allow(missing_docs)] // The German text beside each name says what it is.
        pub struct Words { pub language: Language, $(pub $name: &'static str),+ }
        const GERMAN: Words = Words { language: Language::German, $($name: $german),+ };
        const ENGLISH: Words = Words { language: Language::English, $($name: $english),+ };
    };
}

words! {
    code: "de", "en";
    other_code: "en", "de";
    other_language: "English", "Deutsch";
    product: "Poststelle", "Mailroom";
    skip: "Zum Inhalt", "Skip to content";
    menu: "Bereiche", "Sections";
    overview: "Übersicht", "Overview";
    batches: "Stapel", "Batches";
    batch: "Stapel", "Batch";
    document: "Schriftstück", "Document";
    documents: "Schriftstücke", "Documents";
    pages: "Seiten", "Pages";
    page: "Seite", "Page";
    station: "Scanstation", "Scan station";
    stations: "Scanstationen", "Scan stations";
    sign_on: "Anmelden", "Sign in";
    sign_off: "Abmelden", "Sign out";
    sign_on_lead: "Bitte melden Sie sich mit Ihrer Kennung an.", "Please sign in with your user ID.";
    person: "Kennung", "User ID";
    password: "Kennwort", "Password";
    sign_on_wrong: "Kennung oder Kennwort stimmt nicht.", "User ID or password is wrong.";
    sign_on_wait: "Zu viele Versuche. Bitte einige Minuten warten und dann erneut anmelden.", "Too many attempts. Please wait a few minutes, then sign in again.";
    sign_on_none: "Noch niemand hat ein Kennwort. Auf dem Server: poststelle person set-password KENNUNG --generate", "Nobody has a password yet. On the server: poststelle person set-password ID --generate";
    sign_on_provider: "Mit dem Anmeldedienst der Verwaltung anmelden", "Sign in with the administration's service";
    sign_on_unknown: "Der Anmeldedienst kennt Sie, die Poststelle noch nicht. Wer sie leitet, trägt Sie als [[person]] ein.", "The sign-in service knows you, the mailroom does not yet. Its head enters you as [[person]].";
    session_over: "Die Sitzung ist beendet. Bitte erneut anmelden; Gespeichertes bleibt erhalten.", "The session has ended. Please sign in again; what was saved is kept.";
    needs_person: "Wartet auf einen Menschen", "Waits for a person";
    review: "Nachbearbeitung", "Review";
    review_hint: "Schriftstücke, bei denen das Programm nicht sicher ist", "documents the program is not sure about";
    held: "Angehalten", "Held";
    held_hint: "darf niemand sonst sehen", "for a small circle only";
    batches_held: "Stapel ohne Angaben", "Batches lacking facts";
    batches_held_hint: "Eingangsdatum, Scankraft oder Anzahl klären", "received date, operator or count to be settled";
    stuck: "Zustellungen mit Störung", "Deliveries in trouble";
    stuck_hint: "werden wiederholt oder warten auf Klärung", "are repeated or wait to be settled";
    oldest: "ältestes seit", "oldest since";
    in_work: "In Arbeit", "In work";
    in_work_none: "Nichts in Arbeit. Sobald ein Scanner etwas ablegt, erscheint es hier.", "Nothing in work. What a scanner drops appears here.";
    more_in_work: "weitere Stapel in Arbeit, auch solche aus Vertrauenskreisen", "more batches in work, those of circles included";
    pages_waiting: "Seiten warten auf das Lesen", "pages wait to be read";
    today: "Heute", "Today";
    last_scan: "Letzter Scan", "Last scan";
    none_today: "heute noch nichts", "nothing yet today";
    folder: "Ordner", "Folder";
    folder_fine: "erreichbar", "reachable";
    folder_gone: "nicht erreichbar", "not reachable";
    day: "Scantag", "Scanning day";
    day_open: "geöffnet, Eingang", "open, received";
    day_closed: "nicht geöffnet", "not open";
    trouble: "Störung", "Trouble";
    attempts: "Versuche", "Attempts";
    target: "Ziel", "Target";
    state: "Stand", "State";
    file: "Datei", "File";
    nothing_here: "Hier ist nichts.", "Nothing here.";
    older: "Ältere Stapel", "Older batches";
    history: "Verlauf", "History";
    history_lead: "Jeder Schritt, jede Entscheidung, jede Quittung.", "Every step, every decision, every receipt.";
    when: "Wann", "When";
    what: "Was", "What";
    subject: "Woran", "About";
    who: "Wer", "Who";
    detail: "Einzelheit", "Detail";
    kind: "Dokumentart", "Kind";
    department: "Amt", "Department";
    lead: "federführend", "lead";
    copy: "zur Kenntnis", "copy";
    received: "Eingang", "Received";
    received_unknown: "nicht bekannt", "not known";
    source: "laut", "according to";
    operator: "Scankraft", "Operator";
    facts: "Angaben", "Facts";
    field: "Feld", "Field";
    value: "Wert", "Value";
    sure: "sicher", "sure";
    unsure: "unsicher", "unsure";
    reasons: "Warum so entschieden wurde", "Why it was decided so";
    open_questions: "Zu entscheiden", "To be decided";
    deliveries: "Zustellungen", "Deliveries";
    receipt: "Quittung", "Receipt";
    none_yet: "Noch keine.", "None yet.";
    downloads: "Herunterladen", "Download";
    pdf: "PDF/A", "PDF/A";
    text: "Text", "Text";
    decision_file: "Entscheidung (JSON)", "Decision (JSON)";
    record: "Transfervermerk", "Transfer note";
    record_intact: "Nachweis unversehrt: Produkt, Text und Entscheidung stimmen mit dem Transfervermerk überein.", "Proof intact: product, text and decision match the transfer note.";
    record_broken: "Nachweis NICHT unversehrt:", "Proof NOT intact:";
    record_none: "Der Transfervermerk entsteht mit der Freigabe.", "The transfer note is made on release.";
    suppressed: "Weggelassene Leerseiten", "Blank pages left out";
    confidential: "Vertraulich. Diese Ansicht wird beim Schriftstück vermerkt.", "Confidential. This view is noted with the document.";
    confidence: "Sicherheit", "Confidence";
    runner_up: "danach", "next";
    not_found: "Nicht gefunden", "Not found";
    not_found_text: "Das gibt es nicht, oder es ist nicht für Sie bestimmt.", "It does not exist, or it is not for you.";
    not_allowed: "Nicht erlaubt", "Not allowed";
    not_allowed_text: "Dafür fehlt Ihnen die Rolle. Wer die Poststelle leitet, kann sie in der Konfiguration geben.", "You lack the role for this. The head of the mailroom can grant it in the configuration.";
    stale: "Bitte noch einmal", "Please try again";
    stale_text: "Die Seite war veraltet oder kam aus einem anderen Fenster. Nichts wurde geändert. Bitte die Ansicht neu laden und wiederholen.", "The page was stale or came from another window. Nothing was changed. Please reload and repeat.";
    bad: "Das geht so nicht", "This does not work";
    broken: "Das hat nicht geklappt", "That did not work";
    broken_text: "Nichts ging verloren. Bitte in einer Minute wiederholen; bleibt es so, hilft die Systembetreuung mit dieser Meldung:", "Nothing was lost. Please repeat in a minute; if it stays, operations can help with this message:";
    to_overview: "Zur Übersicht", "To the overview";
    unknown_kind: "unbekannt", "unknown";
    begin: "Nächstes bearbeiten", "Take the next";
    review_none: "Nichts nachzubearbeiten. Was unsicher ist, erscheint hier.", "Nothing to review. What is unsure appears here.";
    since: "Seit", "Since";
    taken: "An diesem Schriftstück arbeitet gerade jemand anderes. Bitte das nächste nehmen.", "Somebody else works on this document right now. Please take the next one.";
    taken_short: "in Arbeit", "being worked on";
    undo: "Rückgängig", "Undo";
    undone_from: "Zuletzt entschieden:", "Decided last:";
    too_late: "Das Schriftstück ist schon unterwegs und lässt sich nicht mehr zurückholen. Das Amt kann es zurückgeben.", "The document is on its way and cannot be taken back. The department can return it.";
    accept: "Freigeben, weiter", "Approve, next";
    hold: "Anhalten", "Hold";
    hold_why: "Grund", "Reason";
    skip_document: "Überspringen", "Skip";
    why_here: "Warum es hier liegt", "Why it is here";
    seen: "gesehen", "seen";
    unseen: "Noch nicht geprüft:", "Not looked at yet:";
    central: "Poststelle entscheidet später", "mailroom decides later";
    no_such_kind: "Diese Dokumentart gibt es nicht. Bitte eine aus der Liste wählen:", "There is no such kind. Please choose one from the list:";
    no_such_department: "Dieses Amt gibt es nicht. Bitte eines aus der Liste wählen:", "There is no such department. Please choose one from the list:";
    proposals: "Vorschläge", "Proposals";
    zoom: "Vergrößern", "Zoom";
    like_last: "Wie das letzte", "Like the last";
    keys: "Tasten", "Keys";
    keys_text: "Eingabe: alles geprüft, freigeben · Tab: nächstes unsicheres Feld · 1–5: Vorschlag · Bild↑ Bild↓: blättern · Esc: Feld verlassen. Jede andere Taste steht an dem, was sie tut; was einer Seite gilt, gilt der, die den Ausschnitt füllt. Beim Schreiben in Feldern wirken die Tasten nicht.", "Enter: all checked, approve · Tab: next unsure field · 1–5: proposal · PgUp PgDn: scroll · Esc: leave the field. Every other key stands at what it does; what concerns a page concerns the one that fills the pane. While you type in fields the keys do nothing.";
    keys_own: "Andere Tasten: [web.keys] in pipeline.toml. Im Feld für das Amt gehen auch frühere Namen und Menschen.", "Other keys: [web.keys] in pipeline.toml. For the department former names and people may be typed, too.";
    cut_here: "Hier trennen", "Divide here";
    page_earlier: "Nach vorn", "Earlier";
    turn: "Drehen", "Turn";
    take_out: "Herausnehmen", "Take out";
    rescan: "Neu scannen", "Rescan";
    rescan_asked: "Neuscan ist angefordert", "Rescan is asked for";
    rescan_please: "bitte neu scannen", "please rescan";
    rescanned: "Neu gescannt", "Rescanned";
    slip: "Zettel für Seite", "Slip for page";
    slip_no_key: "[coversheet.no_key] Zettel für Neuscans brauchen einen Schlüssel: [sheets] mit key_file.", "[coversheet.no_key] Slips for rescans need a key: [sheets] with key_file.";
    join_next: "Mit dem nächsten verbinden", "Join the next";
    bring_back: "Leerseite zurückholen: Bild", "Bring blank back: image";
    never_open: "Nie öffnen", "Never open";
    never_open_note: "Bild verschwindet sofort", "the image vanishes at once";
    recut_done: "Von Hand geändert.", "Changed by hand.";
    to_review: "In die Nachbearbeitung geben", "Put into review";
    held_lead: "Nichts davon verlässt das Haus, bis jemand aus dem Vertrauenskreis entscheidet.", "Nothing of this leaves the house until somebody of the circle decides.";
    held_none: "Nichts angehalten, das Sie sehen dürfen.", "Nothing held that you may see.";
    reason: "Grund", "Reason";
    goes_on: "Weiterlaufen lassen", "Let it go on";
    received_date: "Eingangsdatum", "Date received";
    operator_if: "Scankraft, falls sie fehlt", "Operator, if missing";
    more: "Weitere", "More";
    inbox: "Posteingang", "Inbox";
    inbox_open: "offen", "open";
    inbox_new: "neu", "new";
    inbox_taken: "übernommen", "taken over";
    inbox_done: "erledigt", "done";
    inbox_returned: "zurückgegeben", "sent back";
    inbox_moved: "weitergegeben", "passed on";
    inbox_none: "Nichts offen. Neue Post erscheint hier, sobald sie zugestellt ist.", "Nothing open. New mail appears here once it is delivered.";
    inbox_full: "Es gibt mehr als die gezeigten. Bitte die Suche verwenden.", "There are more than shown. Please use the search.";
    search: "Suchen", "Search";
    search_label: "Absender, Betreff, Zeichen", "Sender, subject, reference";
    sender: "Absender", "Sender";
    letter_subject: "Betreff", "Subject";
    due: "Fällig", "Due";
    urgent: "eilig", "urgent";
    take: "Übernehmen", "Take over";
    done: "Erledigt", "Done";
    send_back: "Zurück an die Poststelle", "Back to the mailroom";
    pass_on: "Weitergeben", "Pass on";
    note: "Notiz", "Note";
    notes: "Notizen", "Notes";
    returned: "Rückläufer", "Returned";
    returned_lead: "Ämter haben diese Post zurückgegeben, oder sie wurde von dort zurückgeholt.", "Departments sent this mail back, or it was taken back from them.";
    returned_to_head: "Leitung entscheidet", "head decides";
    returned_head: "Zweimal zurückgegeben oder eilig und ungeöffnet: jetzt entscheidet die Leitung, wohin es gehört.", "Sent back twice, or urgent and unopened: now the head decides where it belongs.";
    returned_none: "Kein Amt hat etwas zurückgegeben.", "No department sent anything back.";
    assign: "Zuordnen", "Assign";
    sent_back_by: "Zurück von", "Back from";
    all_departments: "Ämter", "Departments";
    light_go: "Gelesen: Papier in die Ablage legen", "Read: put the paper away";
    light_wait: "Wird gelesen, bitte warten", "Being read, please wait";
    light_again: "Genannte Seiten ansehen, wenn nötig neu scannen", "Look at the pages named, rescan if needed";
    light_stop: "Papier nicht weglegen", "Do not put the paper away";
    light_count: "Anzahl stimmt nicht: Papier nicht weglegen", "Count differs: do not put the paper away";
    day_needed: "Die Station ist nicht geöffnet: ohne Eingangsdatum wird alles angehalten.", "The station is not open: without a received date everything is held.";
    emptied: "Nachtbriefkasten ohne Klappe: davor geleert am", "Night box without flap: emptied before on";
    open_day: "Scantag öffnen", "Open the day";
    close_day: "Scantag schließen", "Close the day";
    station_none: "Von dieser Station kam heute noch nichts.", "Nothing came from this station today.";
    upload: "Dateien hierher ziehen oder wählen", "Drop files here or choose";
    upload_name: "So darf die Datei nicht heißen; erlaubt sind PDF, TIFF, JPEG und PNG:", "The file must not be called that; PDF, TIFF, JPEG and PNG are allowed:";
    upload_large: "Die Datei ist zu groß; erlaubt sind", "The file is too large; allowed are";
    api_token: "Ein gültiges Token fehlt. Authorization: Bearer …; poststelle person token KENNUNG erzeugt eines.", "A valid token is missing. Authorization: Bearer …; poststelle person token ID makes one.";
    api_stale: "Inzwischen ist es anders, oder jemand anderes arbeitet daran. Neu lesen und wiederholen.", "It changed meanwhile, or somebody else works on it. Read again and repeat.";
    book: "Posteingangsbuch", "Mail book";
    item_new: "Sendung eintragen", "Enter an item";
    item_entered: "Eingetragen:", "Entered:";
    item_label: "Etikett drucken", "Print the label";
    item_kind: "Was es ist", "What it is";
    item_channel: "Weg", "Channel";
    item_unknown: "noch offen", "open";
    item_place: "Ort oder Verschluss", "Place or lock";
    item_opening: "Öffnung (nur Angebote)", "Opening (bids only)";
    item_second_id: "Zweite Person (Scheck, Bargeld)", "Second person (cheque, cash)";
    item_second_password: "deren Kennwort", "her or his password";
    item_enter: "Eintragen", "Enter";
    item_hand_over: "Übergeben", "Hand over";
    item_number: "Nummer", "Number";
    item_to: "an Amt oder Person", "to department or person";
    item_here: "Noch hier", "Still here";
    item_handed: "Übergeben", "Handed over";
    item_none: "Nichts liegt hier.", "Nothing is here.";
    item_late: "verspätet", "late";
    item_print: "Mit dem Drucken des Browsers: als Etikett auf die Sendung, oder als Hinweisblatt an ihre Stelle im Stapel; der Scanner erkennt es, trennt dort und vermerkt die Stelle. Nicht auf ein Blatt kleben, das gescannt wird.", "Print with the browser: as a label on the item, or as a sheet that takes its place in the stack; the scanner knows it, divides there and notes the place. Do not stick it on a sheet that is scanned.";
    item_stack: "Hinweisblatt im Stapel", "Sheet in batch";
    item_what: "Bitte wählen, was es ist.", "Please choose what it is.";
    item_opens: "Ein Angebot braucht Tag und Minute der Öffnung.", "A bid needs day and minute of its opening.";
    item_second: "Scheck und Bargeld zählen zwei: Kennung und Kennwort einer zweiten Person stimmen nicht.", "Cheques and cash are counted by two: ID and password of a second person are not right.";
    item_to_whom: "Dieses Amt oder diese Person gibt es nicht:", "There is no such department or person:";
    item_gone: "Diese Sendung ist schon übergeben.", "This item has been handed over already.";
    admin: "Verwaltung", "Administration";
    admin_lead: "Nur zum Lesen: gesetzt wird in pipeline.toml und classifiers/. Fassung", "For reading only: set in pipeline.toml and classifiers/. Version";
    people: "Menschen und Programme", "People and programs";
    roles: "Rollen", "Roles";
    name: "Name", "Name";
    program: "Programm", "program";
    no_password: "kein Kennwort", "no password";
    substitute: "Vertretung", "Substitute";
    department_ended: "aufgegangen in", "now part of";
    department_planned: "noch nicht eingerichtet", "not set up yet";
    targets: "Ziele", "Targets";
    target_way: "Art", "Type";
    target_test: "Prüfen", "Test";
    target_fine: "Ein Schriftstück käme jetzt an. Gesendet wurde nichts.", "A document would arrive now. Nothing was sent.";
    target_wrong: "So käme jetzt nichts an:", "As it is nothing would arrive:";
    kinds: "Dokumentarten", "Kinds";
    version: "Fassung", "Version";
    last_seen: "Zuletzt erkannt", "Last recognised";
    no_department: "Amt fehlt", "no such department";
    figures: "Zahlen", "Figures";
    figures_lead: "Die letzten 14 Tage, nach Station und Tag, nie nach Personen; unter fünf Schriftstücken wird nichts gezeigt.", "The last 14 days, by station and day, never by person; below five documents nothing is shown.";
    figures_none: "Noch zu wenig für Zahlen.", "Too little for figures yet.";
    straight: "Durchgelaufen", "Straight through";
    reading: "Lesesicherheit", "Reading confidence";
    corrections: "Berichtigt", "Corrected";
    times: "Mal", "Times";
    feedback_ask: "Das Bild:", "The image:";
    replaces: "Neue Fassung von", "New version of";
    feedback_good: "lesbar und vollständig", "legible and complete";
    feedback_bad: "fehlt oder unleserlich", "missing or illegible";
    search_lead: "Wörter in jeder Form: „Bescheid“ findet auch „Bescheide“ und „Bescheiden“, „Hundesteuer“ auch „Hundesteuerbescheid“.", "Words in any form, as German has them.";
    search_none: "Nichts gefunden, das Sie sehen dürfen. Weniger Wörter oder einen längeren Zeitraum versuchen.", "Nothing found that you may see. Try fewer words or a longer period.";
    search_words: "Wörter", "Words";
    search_number: "Zeichen, Rechnungsnummer, IBAN", "Reference, invoice number, IBAN";
    search_from: "Eingang von", "Received from";
    search_to: "Eingang bis", "Received to";
    all_kinds: "alle", "all";
    search_hits: "Fundstellen", "hits";
    search_back: "Zurück zur Suche", "Back to the search";
    sample: "Stichprobe", "Sample check";
    sample_lead: "Gezogene Schriftstücke mit dem Papier vergleichen. Bevor das Los in Ordnung ist, wird kein Papier daraus vernichtet.", "Compare drawn documents with their paper. Before the lot is in order none of its paper is destroyed.";
    sample_none: "Keine Stichprobe offen.", "No sample check is open.";
    sample_none_mine: "Was noch offen ist, haben Sie selbst gescannt oder schon geprüft: eine andere Person ist dran.", "What is still open you scanned or checked yourself: it is somebody else's turn.";
    sample_drawn: "Gezogen", "Drawn";
    sample_checked: "Geprüft", "Checked";
    sample_defects: "Fehlerhaft", "Defective";
    sample_bound: "Fehlerquote höchstens (95 %)", "Defect rate at most (95 %)";
    sample_blocked: "gesperrt: Fehler gefunden", "blocked: defect found";
    sample_passed: "in Ordnung", "in order";
    sample_waits: "offen", "open";
    sample_stop: "Unterbrechen", "Pause";
    sample_question: "Zeigt das Bild alles, was auf dem Papier steht?", "Does the image show everything the paper shows?";
    replacing: "ersetzend", "replacing";
    page_good: "Seite gut", "Page good";
    page_bad: "Etwas stimmt nicht", "Something is wrong";
    space: "Leertaste", "Space";
    kept_image: "Bewahrtes Bild", "Kept image";
    image: "Bild", "image";
    paper_lies: "Papier:", "Paper:";
    no_box: "noch in keinem Karton", "not in a box yet";
    left_out: "Als leer weggelassen: ist die Seite wirklich leer?", "Left out as blank: is the page really blank?";
    own_work: "Das haben Sie selbst gescannt. Eine andere Person prüft es (TR-03138 A.AM.IN.SH.1).", "You scanned this yourself. Somebody else checks it (TR-03138 A.AM.IN.SH.1).";
    no_such_reason: "Diesen Grund gibt es nicht. Bitte einen aus der Liste wählen.", "There is no such reason. Please choose one from the list.";
    originals: "Papieroriginale", "Paper originals";
    original_where: "Wo liegt das Papier? Kennung von Schriftstück oder Stapel", "Where is the paper? ID of a document or batch";
    original_unknown: "gibt es nicht, oder es ist nicht für Sie bestimmt.", "does not exist, or is not for you.";
    original_box: "Karton", "Box";
    original_place: "Stelle", "Position";
    original_since: "seit", "since";
    original_from: "Erster Stapel", "First batch";
    original_to: "Letzter Stapel", "Last batch";
    original_none: "Noch liegt nichts in einem Karton. An der Scanstation einen Karton nennen; was dann gelesen ist, kommt hinein.", "Nothing lies in a box yet. Name a box at the scan station; what is read then goes into it.";
    original_kept: "wird aufbewahrt", "kept";
    original_released: "zur Vernichtung freigegeben", "released for disposal";
    original_unboxed: "Ohne Karton, letzte 30 Tage", "In no box, last 30 days";
    original_unboxed_none: "Von jedem gelesenen Stapel ist gesagt, in welchem Karton er liegt.", "Of every batch that was read it is said in which box it lies.";
    original_put: "Liegt darin", "It lies there";
    original_put_in: "eingelegt", "put in";
    original_goes: "Darf vernichtet werden", "May be destroyed";
    original_yes: "ja", "yes";
    original_no: "nein", "no";
    original_acts: "Papier", "Paper";
    original_settle: "Klären", "Settle";
    original_circle: "aus einem Vertrauenskreis", "of a circle";
    original_keep: "Sperren", "Keep";
    original_free: "Sperre aufheben", "Free";
    original_pull: "Ist entnommen", "Is taken out";
    original_pulled: "Entnommen, bleibt", "Taken out, kept";
    original_may_go: "Nichts hält diesen Karton mehr auf. Zwei Personen geben ihn frei.", "Nothing keeps this box any more. Two people release it.";
    original_first: "Erste Person:", "First person:";
    original_second_id: "Zweite Person", "Second person";
    original_release: "Zur Vernichtung freigeben", "Release for disposal";
    original_second: "Kennung und Kennwort einer zweiten Person aus der Poststelle stimmen nicht.", "ID and password of a second person of the mailroom are not right.";
    original_blocked: "Der Karton darf noch nicht vernichtet werden. Die Liste nennt, was zu klären oder herauszunehmen ist.", "The box may not be destroyed yet. The list names what is to be settled or taken out.";
    original_blocked_lead: "Schriftstücke halten den Karton auf: klären, oder herausnehmen und jedes einzeln bestätigen.", "documents keep the box: settle them, or take each out and confirm it.";
    original_protocol: "Protokoll (PDF)", "Protocol (PDF)";
    box_at_station: "Karton an der Station", "Box at the station";
    box_take: "Karton nehmen", "Take this box";
    box_lies: "Liegt im Karton", "Lies in the box";
    light_into: "In Karton {} legen", "Put into box {}";
    light_in: "Liegt in Karton {}", "Lies in box {}";
    light_hint: "Stapel mit grünem Licht liegen noch nicht im Karton", "batches with a green light are not in the box yet";
    live_note: "Aktualisiert sich von selbst.", "Updates by itself.";
}

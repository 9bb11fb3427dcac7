use super::*;
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::town::{Layout, PlaceWay, Preset};
use std::fs;
use std::path::Path;

fn parcel() -> Parcel {
    Parcel {
        delivery: DeliveryId("B000001-aa-01@ordner/x".into()),
        document: DocumentId("B000001-aa-01".into()),
        department: "kaemmerei".into(),
        title: "Rechnung".into(),
        product: b"%PDF".to_vec(),
        extension: "pdf".into(),
        sheet_json: b"{}".to_vec(),
        record_json: b"{\"r\":1}".to_vec(),
        confidential: false,
        repeat: false,
    }
}

fn config(path: &Path) -> FilesTarget {
    FilesTarget {
        place: PlaceWay::Folder { path: path.into(), mount: None },
        layout: Layout {
            preset: Preset::Plain,
            template: None,
            stem: None,
            subfolder: None,
            sidecar_name: None,
            product_last: true,
            trigger: None,
            record: true,
            windows_1252: false,
        },
        consumed: false,
        accepted: None,
        refused: None,
    }
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const NAME: &str = "B000001-aa-01@ordner_x";

#[test]
fn a_repeat_makes_no_second_and_never_overwrites() {
    let place = tempfile::tempdir().unwrap();
    let folder = Files::new(&config(place.path()), &[]);
    assert_eq!(folder.probe(&parcel()), ProbeResult::Absent);
    assert!(matches!(folder.deliver(&parcel()), AttemptResult::Confirmed { .. }));
    assert!(matches!(folder.deliver(&parcel()), AttemptResult::Confirmed { .. }));
    assert!(matches!(folder.probe(&parcel()), ProbeResult::Present { .. }));
    let expected = [
        ".poststelle".to_owned(),
        format!("{NAME}.json"),
        format!("{NAME}.pdf"),
        format!("{NAME}.record.json"),
    ];
    assert_eq!(names(place.path()), expected);
    assert_eq!(names(&place.path().join(".poststelle")), [format!("{NAME}.sent")]);
}

#[test]
fn a_name_that_is_taken_is_left_alone() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join(format!("{NAME}.pdf")), b"other").unwrap();
    let folder = Files::new(&config(place.path()), &[]);
    assert!(matches!(folder.deliver(&parcel()), AttemptResult::Permanent { .. }));
    assert_eq!(fs::read(place.path().join(format!("{NAME}.pdf"))).unwrap(), b"other");
    assert_eq!(names(place.path()).len(), 1, "nothing half delivered stays");
}

/// The consumer takes every pair as soon as its last name is there; it never finds half of one, and what it
/// took is not delivered again, wherever the first attempt was cut off.
#[test]
fn a_consumer_that_grabs_at_once_gets_each_document_once() {
    let place = tempfile::tempdir().unwrap();
    let mut wanted = config(place.path());
    wanted.consumed = true;
    wanted.layout.product_last = false;
    let folder = Files::new(&wanted, &[]);
    let pieces = folder.pieces(&parcel()).unwrap();
    let staging = format!("{STAGING}/{NAME}");
    for published in 0..=pieces.len() {
        let mut taken = 0;
        // An attempt as it stands after that many renames, the consumer having taken what it saw.
        folder.place.make_folder(&staging).unwrap();
        for piece in &pieces[published..] {
            folder.place.write(&format!("{staging}/{}", piece.name), &piece.bytes).unwrap();
        }
        folder.place.write(&format!("{staging}/complete"), b"").unwrap();
        if published == pieces.len() {
            taken += 1;
        } else {
            for piece in &pieces[..published] {
                folder.place.write(&piece.name, &piece.bytes).unwrap();
            }
        }
        assert_eq!(folder.probe(&parcel()), ProbeResult::Absent);
        assert!(matches!(folder.deliver(&parcel()), AttemptResult::HandedOver { .. }), "{published}");
        let last = place.path().join(&pieces.last().unwrap().name);
        if last.exists() {
            assert!(pieces.iter().all(|p| place.path().join(&p.name).exists()), "half a set at {published}");
            taken += 1;
            pieces.iter().for_each(|p| fs::remove_file(place.path().join(&p.name)).unwrap());
        }
        assert_eq!(taken, 1, "{published}");
        assert!(matches!(folder.confirm(&parcel(), "r"), Confirmation::Confirmed { .. }));
        assert!(matches!(folder.deliver(&parcel()), AttemptResult::HandedOver { .. }));
        assert_eq!(names(place.path()), [".poststelle"], "nothing is delivered again");
        fs::remove_dir_all(place.path().join(STAGING)).unwrap();
    }
}

#[test]
fn the_consumers_answer_is_read_back() {
    let place = tempfile::tempdir().unwrap();
    let mut wanted = config(place.path());
    (wanted.accepted, wanted.refused) = (Some("ok".into()), Some("fehler".into()));
    let folder = Files::new(&wanted, &[]);
    assert!(matches!(folder.deliver(&parcel()), AttemptResult::HandedOver { .. }));
    assert_eq!(folder.confirm(&parcel(), "r"), Confirmation::Pending);
    let answer = |folder: &str, name: String, text: &str| {
        fs::create_dir_all(place.path().join(folder)).unwrap();
        fs::write(place.path().join(folder).join(name), text).unwrap();
    };
    answer("ok", format!("{NAME}.pdf"), "");
    assert!(matches!(folder.confirm(&parcel(), "r"), Confirmation::Confirmed { .. }));
    answer("fehler", format!("{NAME}.pdf"), "");
    answer("fehler", format!("{NAME}.err"), "Dokumentart unbekannt");
    let Confirmation::Refused { text, .. } = folder.confirm(&parcel(), "r") else { panic!() };
    assert!(text.contains("Dokumentart unbekannt"), "{text}");
}

#[test]
fn a_recall_removes_what_is_ours_and_asks_for_the_rest() {
    let place = tempfile::tempdir().unwrap();
    let folder = Files::new(&config(place.path()), &[]);
    folder.deliver(&parcel());
    assert!(matches!(folder.recall(&parcel()), Recall::Removed { .. }));
    assert_eq!(names(place.path()), [".poststelle"]);
    assert!(matches!(folder.probe(&parcel()), ProbeResult::Present { .. }), "it is never sent again");
    assert!(matches!(folder.recall(&parcel()), Recall::Task { .. }), "what is gone is a person's task");
}

#[test]
fn a_file_in_place_of_the_folder_is_temporary_trouble() {
    let place = tempfile::NamedTempFile::new().unwrap();
    let folder = Files::new(&config(place.path()), &[]);
    assert!(matches!(folder.deliver(&parcel()), AttemptResult::Temporary { .. }));
}

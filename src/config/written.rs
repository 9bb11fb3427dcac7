//! The configuration as lines `key = value`, with what the program assumes where nothing is written; and what
//! differs between two of them. Pure.
//!
//! Keys are those of `pipeline.toml`; of several sections of one name each goes by its id:
//! `station[allgemein].quiet_seconds`. Files of secrets are named, never read.

use super::Pipeline;
use crate::model::place::VaultPlace;
use crate::model::town::TargetWay;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// A value, and whether it is written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As TOML.
    pub value: String,
    /// It stands in the file; otherwise it is the default.
    pub written: bool,
}

/// Settings by key.
pub type Settings = BTreeMap<String, Setting>;

/// One key whose value is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Key.
    pub key: String,
    /// Value before, if there was one.
    pub old: Option<String>,
    /// Value after, if there is one.
    pub new: Option<String>,
}

/// Keys whose values are files or folders: shown from the root, so that nobody has to know where the file lies.
const PATHS: [&str; 10] =
    ["in_force", "ledger", "vault", "classifiers", "cache", "folder", "path", "mount", "template", "_file"];

/// Everything that is written in that text; nothing if it is no TOML. `base` is the folder of relative paths.
pub fn written(text: &str, base: &Path) -> Option<Settings> {
    let table: Table = text.parse().ok()?;
    let mut settings = Settings::new();
    flatten("", &Value::Table(table), base, &mut settings);
    Some(settings)
}

/// The same with what the program assumes beyond it.
pub fn understood(pipeline: &Pipeline, base: &Path) -> Settings {
    let mut settings = written(&pipeline.text, base).unwrap_or_default();
    let mut assume = |key: String, value: Value| {
        settings.entry(key).or_insert(Setting { value: value.to_string(), written: false });
    };
    let path = |path: &Path| Value::String(path.display().to_string());
    let seconds = |d: std::time::Duration| Value::Integer(i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
    // As written numbers are: 0.9, not 0.8999999761581421.
    let share = |x: f32| Value::Float(x.to_string().parse().unwrap_or_else(|_| f64::from(x)));
    assume("ledger".into(), Value::String(pipeline.ledger.to_string()));
    assume("vault".into(), Value::String(pipeline.vault.to_string()));
    if let VaultPlace::Bucket(bucket) = &pipeline.vault {
        assume("s3.region".into(), Value::String(bucket.region.clone()));
        assume("s3.timeout_seconds".into(), seconds(bucket.access.timeout));
    }
    assume("classifiers".into(), path(&pipeline.classifiers));
    assume("workers".into(), Value::Integer(i64::try_from(pipeline.workers).unwrap_or(i64::MAX)));
    assume("decide.min_confidence".into(), share(pipeline.decide.min_confidence));
    assume("decide.min_lead".into(), share(pipeline.decide.min_lead));
    assume("sample.normal".into(), Value::Float(pipeline.sample.normal));
    assume("sample.hoch".into(), Value::Float(pipeline.sample.high));
    let kept = pipeline.retention;
    for (key, days) in [
        ("paper_days", kept.paper),
        ("suppressed_days", kept.suppressed),
        ("staff_days", kept.staff),
        ("backup_days", kept.backup),
    ] {
        assume(format!("retention.{key}"), Value::Integer(days.into()));
    }
    assume("procedure.name".into(), Value::String(pipeline.procedure.name.clone()));
    assume("procedure.version".into(), Value::String(pipeline.procedure.version.clone()));
    assume("procedure.guideline".into(), Value::String(pipeline.procedure.guideline.clone()));
    if pipeline.web.is_some() {
        let minutes = pipeline.desk.idle / 60;
        assume("web.idle_minutes".into(), seconds(minutes));
        assume("web.undo_seconds".into(), seconds(pipeline.desk.undo));
    }
    for station in &pipeline.stations {
        let key = |name: &str| format!("station[{}].{name}", station.id);
        assume(key("profile"), Value::String(station.profile.id.clone()));
        assume(key("quiet_seconds"), seconds(station.quiet));
        assume(key("poll_seconds"), seconds(station.poll));
    }
    for target in &pipeline.targets {
        let key = |name: &str| format!("target[{}].{name}", target.id);
        if let TargetWay::Mail(mail) = &target.way {
            assume(key("port"), Value::Integer(mail.port.into()));
            assume(key("timeout_seconds"), seconds(mail.timeout));
        }
        if let TargetWay::Dms(dms) = &target.way {
            assume(key("url"), Value::String(dms.access.url.clone()));
            assume(key("timeout_seconds"), seconds(dms.access.timeout));
        }
    }
    settings
}

/// What differs, by key. A default that is now written down is no difference.
pub fn changes(old: &Settings, new: &Settings) -> Vec<Change> {
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |settings: &Settings, key: &String| settings.get(key).map(|s| s.value.clone());
    keys.into_iter()
        .map(|key| Change { key: key.clone(), old: value(old, key), new: value(new, key) })
        .filter(|change| change.old != change.new)
        .collect()
}

fn flatten(key: &str, value: &Value, base: &Path, settings: &mut Settings) {
    match value {
        Value::Table(table) => {
            // What a path of a target means depends on its type: only a folder lies on this machine.
            let remote = table.get("type").is_some_and(|t| t.as_str() != Some("folder"));
            // A mailbox has folders too.
            let remote = remote || key.ends_with(".returns");
            for (name, value) in table {
                let inner = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                let here = match name.as_str() {
                    "path" | "folder" => !remote,
                    // Of a field it is a sentence, of a target a file.
                    "template" => !key.contains(".field["),
                    _ => true,
                };
                match value {
                    Value::String(text) if here && is_path(name) => {
                        let text = absolute(text, base);
                        settings.insert(inner, Setting { value: quoted(&text), written: true });
                    }
                    _ => flatten(&inner, value, base, settings),
                }
            }
        }
        Value::Array(all) if all.iter().any(Value::is_table) => {
            let mut seen = BTreeMap::<&str, usize>::new();
            for one in all {
                let name = ["id", "name", "department"].iter().find_map(|n| one.get(n)?.as_str());
                let name = name.unwrap_or_default();
                // Several redirections of one department are told apart by their order.
                let count = seen.entry(name).or_default();
                *count += 1;
                let number = if *count > 1 { format!("#{count}") } else { String::new() };
                flatten(&format!("{key}[{name}{number}]"), one, base, settings);
            }
        }
        _ => {
            settings.insert(key.to_owned(), Setting { value: value.to_string(), written: true });
        }
    }
}

fn is_path(name: &str) -> bool {
    PATHS.iter().any(|path| name == *path || path.starts_with('_') && name.ends_with(path))
}

fn absolute(text: &str, base: &Path) -> String {
    // What systemd hands over, databases and buckets have names of their own.
    if text.starts_with(super::secret::CREDENTIAL) || text.contains("://") {
        return text.to_owned();
    }
    base.join(text).display().to_string()
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_ids_and_only_values_differ() {
        let base = Path::new("/srv");
        let old = "workers = 2\n[[station]]\nid = \"a\"\nfolder = \"scans\"\n[[target]]\nid = \"t\"\ntype = \"sftp\"\npath = \"eingang\"\n";
        let new = "[[target]]\nid = \"t\"\ntype = \"sftp\"\npath = \"post\"\n[[station]]\nid = \"a\"\nfolder = \"/srv/scans\"\n";
        let (old, new) = (written(old, base).unwrap(), written(new, base).unwrap());
        let found: Vec<_> = changes(&old, &new).into_iter().map(|c| (c.key, c.old, c.new)).collect();
        assert_eq!(
            found,
            [
                ("target[t].path".to_owned(), Some("\"eingang\"".to_owned()), Some("\"post\"".to_owned())),
                ("workers".to_owned(), Some("2".to_owned()), None),
            ]
        );
        assert!(written("workers = ", base).is_none());
        let more = "[[redirect]]\ndepartment = \"a\"\nto = \"b\"\n[[redirect]]\ndepartment = \"a\"\nto = \"c\"\n\
                    [[target]]\nid = \"t\"\ntype = \"folder\"\ntemplate = \"a.j2\"\n\
                    field = [{ name = \"n\", template = \"{{ kind }}\" }]\nca_file = \"credential:x\"\n";
        let more = written(more, base).unwrap();
        let value = |key: &str| more[key].value.as_str();
        assert_eq!((value("redirect[a].to"), value("redirect[a#2].to")), ("\"b\"", "\"c\""));
        assert_eq!(value("target[t].template"), "\"/srv/a.j2\"");
        assert_eq!(value("target[t].field[n].template"), "\"{{ kind }}\"");
        assert_eq!(value("target[t].ca_file"), "\"credential:x\"");
    }
}

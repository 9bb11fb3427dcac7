//! The mail book (Posteingangsbuch): items without a scan, registered and handed over.

use super::sql::{self, Db, Optional};
use super::{Ledger, event};
use crate::error::{Error, Result};
use crate::model::ids::{DocumentId, ItemId};

/// What comes to the counter.
#[derive(Clone, Debug, Default)]
pub struct NewItem {
    /// `letter`, `parcel`, `bid`, `cheque`, `cash`, `carrier` or `plan`.
    pub what: String,
    /// `post`, `messenger`, `night_box`, `formal_service`, `registered`.
    pub channel: String,
    /// ISO date, local.
    pub date: String,
    /// `HH:MM`, local.
    pub time: String,
    /// Where it lies: shelf, or the lock of a bid.
    pub place: String,
    /// Department it is for; empty if nobody knows yet.
    pub department: String,
    /// From whom.
    pub sender: String,
    /// Bids: local date and minute of the opening, `YYYY-MM-DDTHH:MM`.
    pub opens: String,
    /// Cheques and cash: the other person who counted.
    pub second: String,
}

/// An item as the book lists it.
#[derive(Clone, Debug)]
pub struct ItemRow {
    /// Receipt number.
    pub id: ItemId,
    /// As in [`NewItem`].
    pub item: NewItem,
    /// A bid that came after its opening.
    pub late: bool,
    /// Department or person it was handed to.
    pub handed_to: Option<String>,
}

const ITEM: &str =
    "i.id, i.what, i.channel, coalesce(i.received_date, ''), coalesce(i.received_time, ''), i.place,
    coalesce(i.department, ''), coalesce(w.sender, ''), coalesce(i.opens, ''), i.late, i.handed_to
    FROM item i LEFT JOIN item_words w ON w.tenant = i.tenant AND w.item = i.id";

fn item_row(row: &sql::Row<'_>) -> sql::Result<ItemRow> {
    Ok(ItemRow {
        id: ItemId(row.get(0)?),
        item: NewItem {
            what: row.get(1)?,
            channel: row.get(2)?,
            date: row.get(3)?,
            time: row.get(4)?,
            place: row.get(5)?,
            department: row.get(6)?,
            sender: row.get(7)?,
            opens: row.get(8)?,
            second: String::new(),
        },
        late: row.get(9)?,
        handed_to: row.get(10)?,
    })
}

impl Ledger {
    /// Enters an item; its receipt number counts up.
    pub fn item_registered(&self, item: NewItem, by: &str) -> Result<ItemId> {
        let by = by.to_owned();
        self.write(move |tx, tenant| register(tx, tenant, &item, &by))
    }

    /// The item that the paper of a document is: entered once, however often its step is repeated.
    pub fn item_of(&self, document: &DocumentId, item: NewItem, by: &str) -> Result<ItemId> {
        let (document, by) = (document.0.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            let before: Option<String> = tx
                .query_row(
                    "SELECT detail FROM event WHERE tenant = ?1 AND subject = ?2 AND code = 'document.item'",
                    (tenant, &document),
                    |r| r.get(0),
                )
                .optional()?;
            if let Some(id) = before {
                return Ok(ItemId(id));
            }
            let id = register(tx, tenant, &item, &by)?;
            event(tx, tenant, "document.item", &document, &by, &id.0)?;
            Ok(id)
        })
    }

    /// Hands an item over; `false`: it was handed over before.
    pub fn item_handed_over(&self, id: &ItemId, to: &str, by: &str) -> Result<bool> {
        let (id, to, by) = (id.clone(), to.to_owned(), by.to_owned());
        self.write(move |tx, tenant| {
            let there: Option<Option<String>> = tx
                .query_row("SELECT handed_to FROM item WHERE tenant = ?1 AND id = ?2", (tenant, &id.0), |r| {
                    r.get(0)
                })
                .optional()?;
            match there {
                None => Err(Error::Missing { what: "Die Sendung", id: id.0 }),
                Some(Some(_)) => Ok(false),
                Some(None) => {
                    tx.execute(
                        "UPDATE item SET handed_to = ?3 WHERE tenant = ?1 AND id = ?2",
                        (tenant, &id.0, &to),
                    )?;
                    event(tx, tenant, "item.handed_over", &id.0, &by, &format!("to={to}"))?;
                    Ok(true)
                }
            }
        })
    }

    /// One item.
    pub fn item(&self, id: &ItemId) -> Result<ItemRow> {
        self.read(|db, tenant| {
            db.prepare(&format!("SELECT {ITEM} WHERE i.tenant = ?1 AND i.id = ?2"))?
                .query_row((tenant, &id.0), item_row)
                .map_err(|e| super::missing(e, "Die Sendung", &id.0))
        })
    }

    /// Items still here, or those handed over, newest first.
    pub fn items(&self, here: bool, rows_max: u32) -> Result<Vec<ItemRow>> {
        self.read(|db, tenant| {
            let gone = if here { "IS NULL" } else { "IS NOT NULL" };
            let mut statement = db.prepare(&format!(
                "SELECT {ITEM} WHERE i.tenant = ?1 AND i.handed_to {gone} ORDER BY i.number DESC LIMIT ?2"
            ))?;
            let rows = statement.query_map((tenant, rows_max), item_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }
}

impl Ledger {
    /// Every entry of the mail book whose sender is still known: receipt number, received date, what, department,
    /// sender; newest first.
    pub fn item_senders(&self) -> Result<Vec<[String; 5]>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT i.id, coalesce(i.received_date, ''), i.what, coalesce(i.department, ''), w.sender
                 FROM item i JOIN item_words w ON w.tenant = i.tenant AND w.item = i.id
                 WHERE i.tenant = ?1 ORDER BY i.number DESC",
            )?;
            let rows = statement
                .query_map([tenant], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?]))?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
    }
}

fn register(tx: &Db, tenant: &str, item: &NewItem, by: &str) -> Result<ItemId> {
    let arrived = format!("{}T{}", item.date, item.time);
    let late = !item.opens.is_empty() && arrived > item.opens;
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    // The number is the book's to give; until it did, the item has no id.
    let number: u64 = tx.query_row(
        "INSERT INTO item (tenant, id, received_date, received_time, channel, place, what, department, opens, late)
         VALUES (?1, '', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number",
        (
            tenant,
            &item.date,
            &item.time,
            &item.channel,
            &item.place,
            &item.what,
            given(&item.department),
            given(&item.opens),
            late,
        ),
        |row| row.get(0),
    )?;
    let id = ItemId::new(number);
    tx.execute("UPDATE item SET id = ?3 WHERE tenant = ?1 AND number = ?2", (tenant, number, &id.0))?;
    if !item.sender.is_empty() {
        tx.execute(
            "INSERT INTO item_words (tenant, item, sender) VALUES (?1, ?2, ?3)",
            (tenant, &id.0, &item.sender),
        )?;
    }
    let mut detail = format!("what={} received={arrived} channel={}", item.what, item.channel);
    for (name, value) in [("opens", &item.opens), ("second", &item.second)] {
        if !value.is_empty() {
            detail += &format!(" {name}={value}");
        }
    }
    if late {
        detail += " late";
    }
    event(tx, tenant, "item.registered", &id.0, by, &detail)?;
    Ok(id)
}

//! Who stands in for whom: as written -> as used. Pure.
//!
//! A circle is stood in for by a circle; its letters never fall to whoever leads or administrates.

use super::file::{self, File};
use super::resolve::Check;
use crate::model::town::{Circle, StaffRole};

impl Check<'_> {
    /// A circle. Whoever stands in for it is a circle, too: its own members, and others who are set over nobody in it
    /// by their role.
    pub(super) fn circle(&mut self, written: &file::Circle, file: &File) -> Circle {
        let circles: Vec<&str> = file.circle.iter().map(|c| c.id.get_ref().as_str()).collect();
        if let Some(name) = &written.substitute {
            self.known(name, &circles, "Vertrauenskreis");
            let stands_in = file.circle.iter().find(|c| c.id.get_ref() == name.get_ref());
            let members = stands_in.map_or(&[][..], |c| &c.members);
            let leads = |id: &str| {
                let person = file.person.iter().find(|p| p.id.get_ref() == id);
                let over = [StaffRole::Head, StaffRole::Administrator];
                person.is_some_and(|p| p.roles.iter().any(|role| over.contains(role)))
            };
            let new = |m: &&String| !written.members.contains(m);
            if let Some(over) = members.iter().filter(new).find(|m| leads(m)) {
                let text = format!("„{over}“ leitet oder verwaltet und darf für den Kreis nicht vertreten.");
                self.complain(
                    name.span(),
                    "config.circle_superior",
                    text,
                    "Eine andere Person in den vertretenden Kreis nehmen.",
                );
            }
            if let Some(left) =
                written.members.iter().find(|m| !members.contains(m)).filter(|_| stands_in.is_some())
            {
                let text = format!(
                    "„{left}“ verlöre, wofür vertreten wird: im vertretenden Kreis fehlt das Mitglied."
                );
                self.complain(
                    name.span(),
                    "config.circle_substitute",
                    text,
                    "Alle Mitglieder auch dort nennen.",
                );
            }
        }
        self.stands_in(&written.substitute_after, written.substitute.is_some());
        Circle {
            id: self.id(&written.id),
            members: written.members.clone(),
            holds: written.holds.clone(),
            substitute: written.substitute.as_ref().map(|s| s.get_ref().clone()),
            substitute_after: written.substitute_after.as_ref().map(|days| *days.get_ref()),
        }
    }

    /// Targets of the department that an ended one goes on as: what still comes for it goes there.
    pub(super) fn goes_on<'f>(
        &mut self,
        ended: &file::Department,
        file: &'f File,
    ) -> Option<&'f Vec<toml::Spanned<String>>> {
        let name = ended.successor.as_ref()?;
        let ids: Vec<&str> = file.department.iter().map(|d| d.id.get_ref().as_str()).collect();
        self.known(name, &ids, "Amt");
        let successor = file.department.iter().find(|d| d.id.get_ref() == name.get_ref())?;
        if successor.successor.is_some() {
            let text = format!("„{}“ ist selbst zu Ende.", name.get_ref());
            self.complain(name.span(), "config.successor", text, "Das Amt nennen, das heute zuständig ist.");
        }
        Some(&successor.targets)
    }

    /// Days without somebody who stands in pass nothing on.
    pub(super) fn stands_in(&mut self, days: &Option<toml::Spanned<u32>>, substitute: bool) {
        if let Some(days) = days.as_ref().filter(|_| !substitute) {
            let hint = "substitute ergänzen oder substitute_after entfernen.";
            self.complain(days.span(), "config.no_substitute", "Niemand ist als Vertretung genannt.", hint);
        }
    }
}

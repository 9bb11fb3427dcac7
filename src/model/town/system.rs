//! Document systems that make an object of a document, as their makers describe them.

use super::target::HttpAccess;

/// A system that makes an object of every document.
#[derive(Clone, Debug, PartialEq)]
pub struct DmsTarget {
    /// How it is reached.
    pub access: HttpAccess,
    /// Which one, and where in it.
    pub system: System,
}

/// The systems that are known, with what each needs to be told.
#[derive(Clone, Debug, PartialEq)]
pub enum System {
    /// Any system that speaks CMIS 1.1, browser binding.
    Cmis(CmisSettings),
    /// d.velop documents.
    Dvelop(DvelopSettings),
    /// enaio or yuuvis, DMS service.
    Enaio(EnaioSettings),
    /// DocuWare Platform.
    Docuware(DocuwareSettings),
    /// SharePoint through Microsoft Graph.
    Sharepoint(SharepointSettings),
    /// JobRouter.
    Jobrouter(JobrouterSettings),
}

/// Where and as what a document lies in a CMIS repository.
#[derive(Clone, Debug, PartialEq)]
pub struct CmisSettings {
    /// Id of the repository; the first one if left out.
    pub repository: Option<String>,
    /// Path from the root, a template; folders are made.
    pub folder: String,
    /// Object type.
    pub object_type: String,
    /// Secondary types, for properties the type does not have.
    pub secondary: Vec<String>,
    /// Properties the mapping sets.
    pub fields: Vec<String>,
}

/// Where a document goes in d.velop documents.
#[derive(Clone, Debug, PartialEq)]
pub struct DvelopSettings {
    /// Id of the repository.
    pub repository: String,
    /// Category of the mapping.
    pub category: String,
    /// Id of the mapping's source; the repository's own if left out.
    pub source: Option<String>,
}

/// Where a document goes in enaio.
#[derive(Clone, Debug, PartialEq)]
pub struct EnaioSettings {
    /// Object type, internal name or id.
    pub object_type: String,
    /// Folder or register, or `system:tray`.
    pub parent: Option<String>,
}

/// Where a document goes in DocuWare.
#[derive(Clone, Debug, PartialEq)]
pub struct DocuwareSettings {
    /// Id of the cabinet or basket.
    pub cabinet: String,
    /// Id of the search dialog that finds the field with the delivery id.
    pub dialog: String,
    /// Id of the store dialog, if not the default one.
    pub store_dialog: Option<String>,
}

/// Where a document goes in SharePoint.
#[derive(Clone, Debug, PartialEq)]
pub struct SharepointSettings {
    /// Id of the document library.
    pub drive: String,
    /// Folder in it, a template.
    pub folder: String,
}

/// What a document starts in JobRouter.
#[derive(Clone, Debug, PartialEq)]
pub struct JobrouterSettings {
    /// Name of the process.
    pub process: String,
    /// First step.
    pub step: u32,
    /// User who starts it, if not the one who signs in.
    pub initiator: Option<String>,
    /// Summary of the instance, a template.
    pub summary: String,
    /// Field of the process table for the file.
    pub file_field: String,
}

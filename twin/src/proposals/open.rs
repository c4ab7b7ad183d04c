//! Proposals from a file or an address, and into a file.

use super::{Document, ProposalError, Proposals};
use crate::{TwinError, model::CityModel, models::Shelf};

/// Reads a proposal with the models that it names. Models that cannot be read are told of; the rest stands.
///
/// # Errors
/// [`TwinError::Model`] where the document cannot be had, [`TwinError::Proposal`] where it reads otherwise.
pub async fn open(
    source: &str,
    city: &CityModel,
) -> Result<(Proposals, Vec<ProposalError>), TwinError> {
    let (shelf, name) = Shelf::of(source).map_err(|why| why.of(source))?;
    let text = shelf.first(&name).await.map_err(|why| why.of(source))?;
    let document = Document::parse(&text)
        .map_err(|what| TwinError::Proposal { of: source.to_owned(), what })?;
    let mut proposals = Proposals::of(document, Some(source.to_owned()));
    let troubles = proposals.read_models(city).await;
    Ok((proposals, troubles))
}

/// Writes a proposal into a file: whole, or not at all.
///
/// # Errors
/// [`TwinError::File`].
#[cfg(not(target_arch = "wasm32"))]
pub fn save(document: &Document, file: &std::path::Path) -> Result<(), TwinError> {
    let draft = file.with_extension("json.part");
    if let Some(folder) = file.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(TwinError::file(folder))?;
    }
    std::fs::write(&draft, document.text()).map_err(TwinError::file(&draft))?;
    std::fs::rename(&draft, file).map_err(TwinError::file(file))
}

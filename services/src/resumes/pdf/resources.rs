//! What a page's streams can name: states, pictures, forms.

use super::{
    ink::{External, Form, Forms, Scope},
    oxide::STREAM_MAX,
    paint::Matrix,
};
use pdf_oxide::{
    PdfDocument,
    object::{Object, ObjectRef},
};
use std::{cell::RefCell, collections::HashMap};

/// Names of one kind that a page can use.
const NAMES_MAX: usize = 2_000;

/// An object, followed if it is a reference; null if it leads nowhere.
pub fn resolve(document: &PdfDocument, object: &Object) -> Object {
    document.resolve_object(object).unwrap_or(Object::Null)
}

fn number(object: &Object) -> Option<f32> {
    match object {
        Object::Integer(n) => Some(*n as f32),
        Object::Real(n) => Some(*n as f32),
        _ => None,
    }
}

/// Finds what streams name, and keeps a form's reference under a small number.
pub struct Store<'a> {
    document: &'a PdfDocument,
    forms: RefCell<Vec<ObjectRef>>,
}

impl<'a> Store<'a> {
    /// For one page.
    pub fn new(document: &'a PdfDocument) -> Self {
        Self {
            document,
            forms: RefCell::default(),
        }
    }

    fn entries(&self, resources: &Object, kind: &str) -> HashMap<String, Object> {
        let entry = resources.as_dict().and_then(|d| d.get(kind));
        let object = entry.map_or(Object::Null, |entry| resolve(self.document, entry));
        object.as_dict().cloned().unwrap_or_default()
    }

    /// Whether one number of a colour space says how light a colour is.
    fn is_grey(&self, space: &Object) -> bool {
        let Some(parts) = space.as_array() else {
            return space.as_name() == Some("DeviceGray");
        };
        match parts.first().and_then(Object::as_name) {
            Some("DeviceGray" | "CalGray") => true,
            Some("ICCBased") => {
                let profile = parts
                    .get(1)
                    .map_or(Object::Null, |profile| resolve(self.document, profile));
                let numbers = profile.as_dict().and_then(|d| d.get("N"));
                let numbers = numbers.and_then(|n| number(&resolve(self.document, n)));
                numbers.is_some_and(|numbers| (numbers - 1.0).abs() < 0.1)
            }
            _ => false,
        }
    }

    /// What a dictionary of resources names.
    pub fn scope(&self, resources: &Object) -> Scope {
        let mut scope = Scope::default();
        for (name, state) in self.entries(resources, "ExtGState").into_iter().take(NAMES_MAX) {
            let state = resolve(self.document, &state);
            let opacity = state
                .as_dict()
                .and_then(|d| d.get("ca"))
                .and_then(|ca| number(&resolve(self.document, ca)));
            if let Some(opacity) = opacity {
                scope.opacities.insert(name.into_bytes(), opacity);
            }
        }
        for (name, space) in self.entries(resources, "ColorSpace").into_iter().take(NAMES_MAX) {
            if self.is_grey(&resolve(self.document, &space)) {
                scope.greys.insert(name.into_bytes());
            }
        }
        for (name, object) in self.entries(resources, "XObject").into_iter().take(NAMES_MAX) {
            let reference = object.as_reference();
            let object = resolve(self.document, &object);
            let Some(dictionary) = object.as_dict() else { continue };
            let external = match dictionary.get("Subtype").and_then(Object::as_name) {
                Some("Image") => External::Picture {
                    opaque: !["SMask", "Mask", "ImageMask"]
                        .iter()
                        .any(|mask| dictionary.contains_key(*mask)),
                },
                Some("Form") => {
                    let Some(reference) = reference else { continue };
                    let mut forms = self.forms.borrow_mut();
                    forms.push(reference);
                    External::Form(u32::try_from(forms.len() - 1).unwrap_or(u32::MAX))
                }
                _ => continue,
            };
            scope.objects.insert(name.into_bytes(), external);
        }
        scope
    }
}

impl Forms for Store<'_> {
    fn form(&self, form: u32) -> Option<Form> {
        let reference = *self.forms.borrow().get(form as usize)?;
        let object = self.document.load_object(reference).ok()?;
        let dictionary = object.as_dict()?;
        let matrix = dictionary
            .get("Matrix")
            .map_or(Object::Null, |matrix| resolve(self.document, matrix));
        let entries: Vec<f32> = matrix
            .as_array()
            .map(|m| m.iter().filter_map(number).collect())
            .unwrap_or_default();
        let stream = object
            .decode_stream_data()
            .ok()
            .filter(|stream| stream.len() < STREAM_MAX)?;
        Some(Form {
            stream,
            matrix: entries.try_into().map(Matrix).unwrap_or_default(),
            scope: dictionary
                .get("Resources")
                .map(|resources| self.scope(&resolve(self.document, resources))),
        })
    }
}

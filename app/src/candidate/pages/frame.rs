//! What every document of the candidate's path has around it.

use crate::messages::Locale;
use leptos::{prelude::*, reactive::owner::Owner};
use serde::Serialize;

/// Addresses of the candidate's style sheet and of the chat's script. In development, where nobody names them, the plain
/// names hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The JavaScript that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
}

impl Default for Assets {
    fn default() -> Self {
        Self {
            css: "/pkg/candidate.css".into(),
            js: "/pkg/candidate.js".into(),
            wasm: "/pkg/candidate.wasm".into(),
        }
    }
}

/// What brings a document to life.
pub(super) struct Script<'a> {
    /// Where the WASM is.
    pub assets: &'a Assets,
    /// The nonce of this answer's content security policy.
    pub nonce: &'a str,
    /// What the page was rendered from, as JSON that may stand in HTML.
    pub data: String,
    /// Whether something is on its way that a page without a running script has to ask for again.
    pub waits: bool,
}

/// JSON that may stand in a `<script>`: no `<` can end it or open a comment.
pub(super) fn json_in_html(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

/// Loads the chat's script and its WASM, and starts them. What a bad network lost is asked for again, for ten minutes and under
/// another address, because a browser remembers that a module failed; until then the page works as the forms that it is. Not
/// so what an old browser cannot read (a network's failure is a `TypeError`), nor a start that fails: what it has done to the
/// page is done.
fn loader(js: &str, wasm: &str) -> String {
    format!(
        "(async()=>{{for(let n=0,m;;n++){{\
         try{{m=await import({js:?}+(n?'?'+n:''));await m.default({{module_or_path:{wasm:?}}})}}\
         catch(e){{if(n>40||!(e instanceof TypeError))throw e;\
         await new Promise(r=>setTimeout(r,Math.min(1e3*2**n,15e3)));continue}}\
         return m.hydrate()}}}})()"
    )
}

/// A whole document.
pub(super) fn document(
    assets: &Assets,
    locale: Locale,
    title: &str,
    script: Option<&Script<'_>>,
    body: impl FnOnce() -> AnyView,
) -> String {
    let css = assets.css.clone();
    // As markup, because a title that is a text of the view would end in the view's own marks (`<!>`).
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let head = script.map(|s| {
        let (js, wasm) = (s.assets.js.clone(), s.assets.wasm.clone());
        let start = loader(&js, &wasm);
        let nonce = s.nonce.to_owned();
        let again = s
            .waits
            .then(|| view! { <noscript><meta http-equiv="refresh" content="3"/></noscript> });
        view! {
            <link rel="modulepreload" href=js/>
            <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
            <script id="chat-data" type="application/json" inner_html=s.data.clone()></script>
            <script type="module" nonce=nonce inner_html=start></script>
            {again}
        }
    });
    let owner = Owner::new();
    let html = owner.with(|| {
        view! {
            <html lang=locale.tag() dir="ltr">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                    <meta name="robots" content="noindex, nofollow"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="format-detection" content="telephone=no"/>
                    <title inner_html=title></title>
                    <link rel="stylesheet" href=css/>
                    <link rel="icon" href="/fonts/mark.svg" r#type="image/svg+xml"/>
                    {head}
                </head>
                <body>{body()}</body>
            </html>
        }
        .to_html()
    });
    owner.cleanup();
    format!("<!DOCTYPE html>{html}")
}

/// The one column of a page without a script: the company on top, what there is to say, the foot.
#[component]
pub(super) fn Column(
    /// The language of the page.
    locale: Locale,
    /// The company's name, on top.
    company: String,
    /// A creator looks at it.
    #[prop(optional)]
    preview: bool,
    children: Children,
) -> impl IntoView {
    let top = (!company.is_empty()).then(|| view! { <header class="column__top" dir="auto">{company}</header> });
    let banner =
        preview.then(|| view! { <p class="preview-note" role="note">{locale.candidate().landing.preview}</p> });
    view! {
        <div class="column">
            {banner}
            {top}
            <main class="column__main">{children()}</main>
            <footer class="column__foot">{locale.candidate().common.footer}</footer>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::loader;

    #[test]
    fn what_loads_the_chat_is_one_expression() {
        assert_eq!(
            loader("/pkg/c.1.js", "/pkg/c.1.wasm"),
            "(async()=>{for(let n=0,m;;n++){try{m=await import(\"/pkg/c.1.js\"+(n?'?'+n:''));\
             await m.default({module_or_path:\"/pkg/c.1.wasm\"})}\
             catch(e){if(n>40||!(e instanceof TypeError))throw e;\
             await new Promise(r=>setTimeout(r,Math.min(1e3*2**n,15e3)));continue}return m.hydrate()}})()"
        );
    }
}

//! Makes the document agree with elements as data: [`View`] is a view of Leptos.
//!
//! Leptos calls `build` once and `rebuild` whenever the screen has changed. What stands where it stood
//! keeps its node, and with it the text, the focus, and what the browser knows about autofill. So does the
//! first form, which is in the HTML before this code has arrived: people type into it, and password
//! managers fill it. It is taken over as it stands, not drawn again.
//!
//! Texts are set as text and attributes one by one: nothing is ever HTML.

use leptos::prelude::document;
use leptos::tachys::view::{Mountable, Render};
use wasm_bindgen::JsCast;
use web_sys::{Element as Node, Node as AnyNode};

use crate::element::Element;

/// A whole page.
pub(crate) struct View(pub(crate) Element);

/// An element in the document, and what it was made to agree with.
pub(crate) struct Drawn {
    node: Node,
    /// Without its children.
    element: Element,
    children: Vec<Self>,
}

/// What may stand where an element is wanted.
enum There {
    Drawn(Drawn),
    /// From the HTML.
    Found(Node),
}

impl Render for View {
    type State = Drawn;

    fn build(self) -> Drawn {
        let root = document().get_element_by_id(ROOT);
        match root.and_then(|root| root.first_element_child()) {
            Some(found) => take_over(found, self.0),
            None => make(self.0),
        }
    }

    fn rebuild(self, drawn: &mut Drawn) {
        update(drawn, self.0);
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &Node, before: Option<&AnyNode>) {
        if self.node.parent_node().is_none() {
            let _ = parent.insert_before(&self.node, before);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = self.node.parent_element();
        if let Some(parent) = &parent {
            child.mount(parent, Some(&self.node));
        }
        parent.is_some()
    }

    fn elements(&self) -> Vec<Node> {
        vec![self.node.clone()]
    }
}

#[expect(clippy::expect_used, reason = "tags are literals of this crate")]
fn make(element: Element) -> Drawn {
    let tag = element.tag;
    let node = match tag {
        "svg" | "path" => document().create_element_ns(Some(SVG), tag),
        _ => document().create_element(tag),
    }
    .expect("a tag");
    if !element.class.is_empty() {
        node.set_class_name(element.class);
    }
    if !element.id.is_empty() {
        node.set_id(&element.id);
    }
    let mut drawn = Drawn {
        node,
        element: Element::default(),
        children: Vec::new(),
    };
    update(&mut drawn, element);
    drawn
}

/// The element that the HTML brought. Its attributes are set again; what else it has stays.
fn take_over(node: Node, mut element: Element) -> Drawn {
    let children = core::mem::take(&mut element.children);
    let mut there = Vec::new();
    let nodes = node.child_nodes();
    for i in (0..nodes.length()).rev() {
        let Some(child) = nodes.item(i) else { continue };
        match child.dyn_into::<Node>() {
            Ok(child) => there.insert(0, There::Found(child)),
            // White space between elements, or the words of an element.
            Err(child) if children.is_empty() => drop(child),
            Err(child) => drop(node.remove_child(&child)),
        }
    }
    set_attributes(&node, &[], &element.attributes);
    if children.is_empty() && node.text_content().unwrap_or_default() != element.text {
        node.set_text_content(Some(&element.text));
    }
    let children = arrange(&node, there, children);
    Drawn {
        node,
        element,
        children,
    }
}

/// What it was made to agree with is replaced.
fn update(drawn: &mut Drawn, mut element: Element) {
    let children = core::mem::take(&mut element.children);
    set_attributes(&drawn.node, &drawn.element.attributes, &element.attributes);
    if drawn.element.text != element.text {
        drawn.node.set_text_content(Some(&element.text));
    }
    drawn.element = element;
    let there = core::mem::take(&mut drawn.children);
    let there = there.into_iter().map(There::Drawn).collect();
    drawn.children = arrange(&drawn.node, there, children);
}

fn set_attributes(node: &Node, before: &[(&str, String)], now: &[(&str, String)]) {
    for attribute in now {
        if !before.contains(attribute) {
            let _ = node.set_attribute(attribute.0, &attribute.1);
        }
    }
    for (name, _) in before {
        if !now.iter().any(|(kept, _)| kept == name) {
            let _ = node.remove_attribute(name);
        }
    }
}

/// Gives `parent` these children. Those that are the same stay where they are: a node that is moved
/// loses the focus.
fn arrange(parent: &Node, mut there: Vec<There>, children: Vec<Element>) -> Vec<Drawn> {
    let mut arranged = Vec::new();
    for element in children {
        let same = there.iter().position(|there| there.is(&element));
        let Some(same) = same else {
            let drawn = make(element);
            let _ = parent.insert_before(&drawn.node, there.first().map(There::node));
            arranged.push(drawn);
            continue;
        };
        for gone in there.drain(..same) {
            gone.node().unchecked_ref::<Node>().remove();
        }
        arranged.push(match there.remove(0) {
            There::Found(node) => take_over(node, element),
            There::Drawn(mut drawn) => {
                update(&mut drawn, element);
                drawn
            }
        });
    }
    for gone in there {
        gone.node().unchecked_ref::<Node>().remove();
    }
    arranged
}

impl There {
    fn node(&self) -> &AnyNode {
        match self {
            Self::Drawn(drawn) => &drawn.node,
            Self::Found(node) => node,
        }
    }

    fn is(&self, element: &Element) -> bool {
        match self {
            Self::Drawn(drawn) => drawn.element.is_same(element),
            Self::Found(node) => {
                node.local_name() == element.tag
                    && node.class_name() == element.class
                    && node.id() == element.id
            }
        }
    }
}

/// The element that holds the page.
pub(crate) const ROOT: &str = "app";
const SVG: &str = "http://www.w3.org/2000/svg";

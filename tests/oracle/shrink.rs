//! Makes an operation that shows a difference as small as it can be and still show it.

use super::document::{Document, Field, Inline, Literal, Selection};

/// An operation that is being cut: take the next smaller one, and say when it shows the difference, too.
pub struct Shrinking {
    /// The smallest that shows it so far.
    pub document: Document,
    at: usize,
    kept: bool,
}

impl Shrinking {
    /// Starts from an operation that shows the difference.
    pub fn of(document: Document) -> Self {
        Self { document, at: 0, kept: false }
    }

    /// The next smaller one; `None` when no cut is left that was not tried since the last that was kept.
    pub fn next(&mut self) -> Option<Document> {
        loop {
            match cut(&self.document, self.at) {
                Some(smaller) if smaller != self.document => return Some(smaller),
                Some(_) => self.at += 1,
                None if self.kept => (self.at, self.kept) = (0, false),
                None => return None,
            }
        }
    }

    /// Says whether the one taken last shows the difference.
    pub fn tried(&mut self, smaller: Document, differs: bool) {
        if differs {
            // The next cut is now where this one was.
            (self.document, self.kept) = (smaller, true);
        } else {
            self.at += 1;
        }
    }
}

/// The document after its cut of this number; `None` when it has no such cut.
fn cut(document: &Document, at: usize) -> Option<Document> {
    let mut document = document.clone();
    let mut knife = Knife { left: at, done: false };
    knife.set(&mut document.set, 1);
    for fragment in &mut document.fragments {
        knife.set(&mut fragment.set, 1);
    }
    knife.spreads(&mut document);
    knife.variables(&mut document);
    document.tidy();
    knife.done.then_some(document)
}

struct Knife {
    /// Cuts to pass over.
    left: usize,
    done: bool,
}

impl Knife {
    /// Whether to cut here.
    fn here(&mut self) -> bool {
        if self.done {
            return false;
        }
        self.done = self.left == 0;
        self.left = self.left.saturating_sub(1);
        self.done
    }

    /// Cuts in a set that must keep so many selections.
    fn set(&mut self, set: &mut Vec<Selection>, least: usize) {
        let mut at = 0;
        // The greatest cuts first.
        while at < set.len() && !self.done {
            if set.len() > least && self.here() {
                set.remove(at);
                return;
            }
            if let Selection::Inline(inline) = &mut set[at]
                && self.here()
            {
                let hoisted = std::mem::take(&mut inline.set);
                set.splice(at..=at, hoisted);
                return;
            }
            at += 1;
        }
        for selection in set {
            self.selection(selection);
        }
    }

    fn selection(&mut self, selection: &mut Selection) {
        for at in 0..selection.directives().len() {
            if self.here() {
                selection.directives_mut().remove(at);
                return;
            }
        }
        if let Selection::Field(field) = selection {
            self.field(field);
        }
        if let Some(set) = selection.set_mut()
            && !self.done
        {
            self.set(set, 1);
        }
    }

    fn field(&mut self, field: &mut Field) {
        let name_only = Selection::Field(Field { name: "__typename".to_owned(), ..Field::default() });
        if !field.set.is_empty() && field.set != [name_only.clone()] && self.here() {
            field.set = vec![name_only];
        }
        if field.alias.is_some() && self.here() {
            field.alias = None;
        }
        for at in 0..field.args.len() {
            if self.here() {
                field.args.remove(at);
                return;
            }
        }
        for (_, value) in &mut field.args {
            self.value(value);
        }
    }

    fn value(&mut self, value: &mut Literal) {
        match value {
            Literal::List(items) => {
                for at in 0..items.len() {
                    if self.here() {
                        items.remove(at);
                        return;
                    }
                }
                items.iter_mut().for_each(|item| self.value(item));
            }
            Literal::Object(fields) => {
                for at in 0..fields.len() {
                    if self.here() {
                        fields.remove(at);
                        return;
                    }
                }
                fields.iter_mut().for_each(|(_, value)| self.value(value));
            }
            _ => {}
        }
    }

    /// Writes what a named fragment selects where it is spread.
    fn spreads(&mut self, document: &mut Document) {
        let fragments = document.fragments.clone();
        self.spreads_in(&mut document.set, &fragments);
        document.fragments.iter_mut().for_each(|fragment| self.spreads_in(&mut fragment.set, &fragments));
    }

    fn spreads_in(&mut self, set: &mut [Selection], fragments: &[super::document::Fragment]) {
        for selection in set {
            if let Selection::Spread(spread) = selection {
                let spread = spread.clone();
                if let Some(fragment) = fragments.iter().find(|fragment| fragment.name == spread.name)
                    && self.here()
                {
                    let (on, set) = (Some(fragment.on.clone()), fragment.set.clone());
                    *selection = Selection::Inline(Inline { on, directives: spread.directives, set });
                    return;
                }
            } else if let Some(set) = selection.set_mut() {
                self.spreads_in(set, fragments);
            }
        }
    }

    /// Writes what a variable stands for in its place, or sends less for it.
    fn variables(&mut self, document: &mut Document) {
        for at in 0..document.variables.len() {
            let variable = document.variables[at].clone();
            if let Some(value) = variable.given.as_ref().or(variable.default.as_ref())
                && self.here()
            {
                document.values_mut(&mut |literal| literal.fill(&variable.name, value));
                return;
            }
            if variable.given.is_some() && self.here() {
                document.variables[at].given = None;
                return;
            }
            if variable.default.is_some() && self.here() {
                document.variables[at].default = None;
                return;
            }
            if let Some(given) = &mut document.variables[at].given {
                self.value(given);
            }
        }
    }
}

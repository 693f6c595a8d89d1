//! Arguments, and the variables that carry some of them.

use super::{
    document::{Directive, Literal, Variable},
    generate::Maker,
    pool::signature,
};
use api::schema::{
    Resolve, TypeRef,
    types::{ENTITY, FieldDef, InputDef, InputValueDef, TypeDef},
};

/// Rows a page may be of, without a number asked for.
const PAGE: usize = 20;

/// Arguments of a field, and what they say of what is below it.
pub struct Arguments {
    /// As they are written.
    pub given: Vec<(String, Literal)>,
    /// Rows that may be below.
    pub rows: usize,
    /// Types whose rows they name, if they name rows.
    pub types: Vec<String>,
}

impl Maker<'_> {
    /// Arguments of a field that is met so many times.
    pub fn arguments(&mut self, parent: &str, def: &FieldDef, times: usize, wanted: Option<&str>) -> Arguments {
        match &def.resolve {
            Resolve::Node => {
                let name = self.node_type(wanted);
                let id = Literal::Text(self.pool.id(&name, &mut self.dice));
                let id = self.perhaps_variable(id, &def.args[0].ty);
                Arguments { given: vec![("id".to_owned(), id)], rows: 1, types: vec![name] }
            }
            Resolve::Nodes | Resolve::Entities => self.several(def, wanted),
            Resolve::List(_) | Resolve::Find(..) | Resolve::ToMany(_) => self.page(parent, def, times),
            _ => Arguments { given: self.plain(&def.args), rows: times, types: Vec::new() },
        }
    }

    fn node_type(&mut self, wanted: Option<&str>) -> String {
        let types: Vec<_> = self.table.nodes().map(|object| object.name.to_string()).collect();
        let any = self.dice.one(&types).cloned();
        wanted.map(str::to_owned).or(any).unwrap_or_else(|| "Application".to_owned())
    }

    fn entity_type(&mut self, wanted: Option<&str>) -> String {
        let Some(TypeDef::Union(union)) = self.table.get(ENTITY) else { return self.node_type(wanted) };
        let types: Vec<_> = union.members.iter().map(ToString::to_string).collect();
        let wanted = wanted.filter(|wanted| union.members.contains(*wanted)).map(str::to_owned);
        wanted.or_else(|| self.dice.one(&types).cloned()).unwrap_or_default()
    }

    /// `nodes` and `_entities`: rows of one type for the most part, now and then of two.
    fn several(&mut self, def: &FieldDef, wanted: Option<&str>) -> Arguments {
        let entities = matches!(def.resolve, Resolve::Entities);
        let mut types = Vec::new();
        for _ in 0..1 + usize::from(self.dice.percent(25)) {
            types.push(if entities { self.entity_type(wanted) } else { self.node_type(wanted) });
        }
        let count = [0, 1, 2, 3, 5, 8][self.dice.weighted(&[2, 10, 20, 25, 20, 10])];
        let count = if wanted.is_some() { count.max(2) } else { count };
        let mut items = Vec::new();
        for at in 0..count {
            let name = types[at % types.len()].clone();
            let id = self.pool.id(&name, &mut self.dice);
            items.push(if entities { self.representation(&name, id) } else { Literal::Text(id) });
        }
        let list = if items.len() == 1 && self.dice.percent(10) { items.remove(0) } else { Literal::List(items) };
        let list = self.perhaps_variable(list, &def.args[0].ty);
        Arguments { given: vec![(def.args[0].name.to_string(), list)], rows: count, types }
    }

    fn representation(&mut self, name: &str, id: String) -> Literal {
        let name = if self.dice.percent(3) { "Nothing" } else { name };
        let mut fields =
            vec![("__typename".to_owned(), Literal::Text(name.to_owned())), ("id".to_owned(), Literal::Text(id))];
        if self.dice.percent(5) {
            fields.push(("other".to_owned(), Literal::List(vec![Literal::Int(1), Literal::Null])));
        }
        if self.dice.percent(3) {
            fields.remove(self.dice.below(2));
        }
        Literal::Object(fields)
    }

    fn page(&mut self, parent: &str, def: &FieldDef, times: usize) -> Arguments {
        let list = if parent == "Query" { def.name.to_string() } else { format!("{parent}.{}", def.name) };
        let mut given = Vec::new();
        let rows = self.count(def, times, &mut given);
        let mut ordered = None;
        let known = self.pool.knows(&list);
        for name in ["after", "before"] {
            if self.dice.percent(if known { 18 } else { 2 }) {
                let cursor = self.pool.cursor(&list, &mut self.dice);
                ordered = signature(&cursor).map(|(_, order)| order).or(ordered);
                self.mark("cursor");
                self.add(def, name, Literal::Text(cursor), &mut given);
            }
        }
        let order = def.args.iter().find(|arg| arg.name.as_ref() == "orderBy");
        if let Some(order) = order {
            // A cursor is of one order: the list is asked for in it for the most part.
            let value = match ordered.filter(|_| self.dice.percent(90)) {
                Some(signature) => self.order_of(order, &signature),
                None if self.dice.percent(35) => Some(self.value("orderBy", &order.ty, 0)),
                None => None,
            };
            if let Some(value) = value {
                self.mark("orderBy");
                self.add(def, "orderBy", value, &mut given);
            }
        }
        let others = def.args.iter().filter(|arg| ["filter", "input"].contains(&arg.name.as_ref()));
        for arg in others {
            let must = self.comparison.is_some() && parent == "Query";
            if must || arg.ty.is_required() || self.dice.percent(40) {
                let value = match self.comparison.take().filter(|_| must) {
                    Some(path) => self.filter_with(arg, &path),
                    None => self.value(&arg.name, &arg.ty, 0),
                };
                self.mark(if arg.name.as_ref() == "filter" { "filter" } else { "finder input" });
                self.add(def, &arg.name, value, &mut given);
            }
        }
        Arguments { given, rows, types: Vec::new() }
    }

    /// `first` and `last`; answers how many rows there may be in all.
    fn count(&mut self, def: &FieldDef, times: usize, given: &mut Vec<(String, Literal)>) -> usize {
        let few = times.saturating_mul(PAGE) > self.rows_most;
        let (name, number) = match self.dice.weighted(&[if few { 0 } else { 35 }, 35, 20, 4, 3]) {
            0 => return times.saturating_mul(PAGE),
            1 => ("first", [0, 1, 2, 3, 5][self.dice.weighted(&[1, 8, 8, 8, 4])]),
            2 => ("last", [0, 1, 2, 3, 5][self.dice.weighted(&[1, 8, 8, 8, 4])]),
            3 if !few => ("first", 100),
            3 => ("last", 1),
            _ => {
                self.mark("first and last out of bounds");
                let name = if self.dice.percent(50) { "first" } else { "last" };
                (name, [101, -1, 1 << 40][self.dice.weighted(&[6, 6, 1])])
            }
        };
        self.mark(name);
        self.add(def, name, Literal::Int(number), given);
        if self.dice.percent(2) {
            let other = if name == "first" { "last" } else { "first" };
            self.mark("first and last out of bounds");
            let value = if self.dice.percent(50) { Literal::Int(1) } else { Literal::Null };
            self.add(def, other, value, given);
        }
        times.saturating_mul(usize::try_from(number.clamp(1, 100)).expect("a small number"))
    }

    fn add(&mut self, def: &FieldDef, name: &str, value: Literal, given: &mut Vec<(String, Literal)>) {
        let Some(arg) = def.args.iter().find(|arg| arg.name.as_ref() == name) else { return };
        let value = self.perhaps_variable(value, &arg.ty);
        given.push((name.to_owned(), value));
    }

    /// The order that a cursor's signature tells, as far as the list can be asked for it.
    fn order_of(&mut self, arg: &InputValueDef, signature: &str) -> Option<Literal> {
        let Some(TypeDef::Enum(known)) = self.table.get(arg.ty.name()) else { return None };
        let mut values = Vec::new();
        let columns = signature.split_inclusive(['+', '-']).collect::<Vec<_>>();
        // `+a-b` is cut into `+`, `a-`, `b`.
        for (sign, name) in columns.iter().zip(columns.iter().skip(1)) {
            let way = if sign.ends_with('+') { "ASC" } else { "DESC" };
            let value = format!("{}_{way}", name.trim_end_matches(['+', '-']).to_ascii_uppercase());
            if known.values.iter().any(|one| one.name == value) {
                values.push(Literal::Name(value));
            }
        }
        (!values.is_empty()).then_some(Literal::List(values))
    }

    /// A filter that has one comparison for certain.
    fn filter_with(&mut self, arg: &InputValueDef, path: &[String]) -> Literal {
        let Some(TypeDef::Input(input)) = self.table.get(arg.ty.name()) else { return Literal::Null };
        let Some((name, rest)) = path.split_first() else { return Literal::Null };
        let mut fields = Vec::new();
        if let Some(def) = input.fields.get(name.as_str()) {
            let value = if rest.is_empty() { self.value(name, &def.ty, 1) } else { self.filter_with(def, rest) };
            fields.push((name.clone(), value));
        }
        Literal::Object(fields)
    }

    /// Arguments of fields that are no lists.
    fn plain(&mut self, args: &[InputValueDef]) -> Vec<(String, Literal)> {
        let mut given = Vec::new();
        for arg in args {
            if arg.ty.is_required() || self.dice.percent(50) {
                let value = self.value(&arg.name, &arg.ty, 0);
                given.push((arg.name.to_string(), self.perhaps_variable(value, &arg.ty)));
            }
        }
        given
    }

    /// A value of a type.
    fn value(&mut self, name: &str, ty: &TypeRef, depth: usize) -> Literal {
        match ty {
            TypeRef::NonNull(inner) => self.some(name, inner, depth),
            _ if depth > 0 && self.dice.percent(3) => Literal::Null,
            _ => self.some(name, ty, depth),
        }
    }

    fn some(&mut self, name: &str, ty: &TypeRef, depth: usize) -> Literal {
        if let TypeRef::List(item) = ty {
            if self.dice.percent(10) {
                return self.value(name, &item.clone().required(), depth + 1);
            }
            let count = [0, 1, 2, 3][self.dice.weighted(&[1, 10, 6, 3])];
            return Literal::List((0..count).map(|_| self.value(name, item, depth + 1)).collect());
        }
        match self.table.get(ty.name()) {
            Some(TypeDef::Enum(list)) => {
                let known = self.pool.name(name, &mut self.dice).filter(|_| name != "orderBy");
                let known =
                    known.filter(|known| list.values.iter().any(|one| Literal::Name(one.name.clone()) == *known));
                let any = self.dice.one(&list.values).map(|one| Literal::Name(one.name.clone()));
                let known = known.filter(|_| self.dice.percent(70));
                known.or(any).unwrap_or(Literal::Null)
            }
            Some(TypeDef::Input(input)) => self.input(input, depth),
            _ if ty.name() == "ID" => {
                let stem = name.strip_suffix("Id").unwrap_or(name);
                let mut target = stem.to_owned();
                target.get_mut(..1).iter_mut().for_each(|first| first.make_ascii_uppercase());
                let target = if self.table.object(&target).is_some() { target } else { self.node_type(None) };
                Literal::Text(self.pool.id(&target, &mut self.dice))
            }
            _ => self.pool.value(name, ty.name(), &mut self.dice),
        }
    }

    fn input(&mut self, input: &InputDef, depth: usize) -> Literal {
        let mut fields = Vec::new();
        let most = input.fields.len();
        for (name, def) in &input.fields {
            let share = if most > 4 { 18 } else { 40 };
            if def.ty.is_required() || self.dice.percent(share) {
                let value = self.value(name, &def.ty, depth + 1);
                let value = if self.dice.percent(8) { self.perhaps_variable(value, &def.ty) } else { value };
                fields.push((name.to_string(), value));
            }
        }
        Literal::Object(fields)
    }

    /// A variable for a value, or the value itself.
    fn perhaps_variable(&mut self, value: Literal, ty: &TypeRef) -> Literal {
        if holds_variable(&value) || !self.dice.percent(25) {
            return value;
        }
        let plain = |ty: &TypeRef| (ty.to_string(), ty.clone().optional().to_string());
        let (as_is, optional) = plain(ty);
        let nullable = !ty.is_required();
        let required = ty.clone().required().to_string();
        let null = value == Literal::Null;
        let (feature, ty, default, given) = match self.dice.weighted(&[50, 18, 12, 10, 10]) {
            1 if !null => ("variable by default", if nullable { as_is } else { optional }, Some(value), None),
            2 if !null => ("variable over default", as_is, Some(value.clone()), Some(value)),
            3 if nullable => ("variable null", as_is, None, Some(Literal::Null)),
            4 if nullable => ("variable absent", as_is, None, None),
            _ if !null && self.dice.percent(40) => ("variable given", required, None, Some(value)),
            _ => ("variable given", as_is, None, Some(value)),
        };
        self.mark(feature);
        self.declare(Variable { name: String::new(), ty, default, given })
    }

    fn declare(&mut self, variable: Variable) -> Literal {
        let known = self.document.variables.iter().find(|known| {
            known.ty == variable.ty && known.default == variable.default && known.given == variable.given
        });
        if let Some(known) = known {
            return Literal::Variable(known.name.clone());
        }
        let name = format!("v{}", self.document.variables.len());
        self.document.variables.push(Variable { name: name.clone(), ..variable });
        Literal::Variable(name)
    }

    /// `@skip` or `@include`, letting the selection stand for the most part.
    pub fn directive(&mut self) -> Directive {
        let name = if self.dice.percent(50) { "skip" } else { "include" };
        self.mark(name);
        let truth = (name == "include") == self.dice.percent(70);
        let condition = match self.dice.below(4) {
            0 | 1 => Literal::Bool(truth),
            2 => self.declare(Variable {
                name: String::new(),
                ty: "Boolean!".to_owned(),
                default: None,
                given: Some(Literal::Bool(truth)),
            }),
            _ => self.declare(Variable {
                name: String::new(),
                ty: "Boolean".to_owned(),
                default: Some(Literal::Bool(truth)),
                given: None,
            }),
        };
        if matches!(condition, Literal::Variable(_)) {
            self.mark("directive by variable");
        }
        Directive { name, condition }
    }
}

fn holds_variable(value: &Literal) -> bool {
    match value {
        Literal::Variable(_) => true,
        Literal::List(items) => items.iter().any(holds_variable),
        Literal::Object(fields) => fields.iter().any(|(_, value)| holds_variable(value)),
        _ => false,
    }
}

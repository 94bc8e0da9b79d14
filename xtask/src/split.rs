//! Cuts a WebAssembly module in two: what the page needs at once, and the rest, which it fetches
//! when it is needed.
//!
//! The cut is made after linking, along the names of functions. No instruction is rewritten; only
//! indices change:
//!
//! - The **first** module keeps everything but the functions that were moved. A moved function that
//!   one of its own calls, or whose address is taken, is a stub there: it asks for the rest, then
//!   calls through a slot of the table that both modules share.
//! - The **rest** imports memory, table and globals from the first, puts its functions into their
//!   slots (over the stubs whose addresses were taken), and calls back through the same table. So
//!   nothing needs to be exported by name.
//!
//! Asking is one call of the import whose name holds [`ASKS`], with the slot: it must have
//! instantiated the rest when it returns. A function that was moved in error therefore costs a
//! request, never a fault.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, NameMap, NameSection, StartSection, TableSection, TypeSection, ValType,
    reencode::{self, Reencode, utils},
};
use wasmparser::{
    CompositeInnerType, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody,
    KnownCustom, Name, Operator, Parser, Payload, TypeRef,
};

/// What the name of the import holds that loads the rest.
pub(crate) const ASKS: &str = "_needRest_";
/// The module that the rest imports from: the exports of the first.
pub(crate) const FIRST: &str = "first";
/// The global of the first module that is not zero when the rest is there. Who instantiates the
/// rest sets it.
pub(crate) const LOADED: &str = "rest:loaded";

/// The table that functions are called through.
const TABLE: u32 = 0;

/// The two modules.
#[derive(Debug)]
pub(crate) struct Halves {
    pub(crate) first: Vec<u8>,
    pub(crate) rest: Vec<u8>,
    /// The names that the imports of the module had, and what they are in the first.
    pub(crate) imports: Vec<(String, String)>,
    /// The slots that can ask for the rest, and what is in them: for those who wonder what did.
    pub(crate) slots: BTreeMap<u32, String>,
}

/// Which functions belong to the rest, by their names.
///
/// A line that begins with `+` or `-` is a rule: a text that a name may hold, in which `*` stands for
/// anything. The last that it does hold decides: `+` moves the function, `-` lets it stay, as do names without a rule. Other lines
/// are for the reader.
#[derive(Debug)]
pub(crate) struct Rules(Vec<(bool, String)>);

impl Rules {
    pub(crate) fn read(text: &str) -> Self {
        let rule = |line: &str| match line.split_at_checked(2)? {
            ("+ ", text) => Some((true, text.to_owned())),
            ("- ", text) => Some((false, text.to_owned())),
            _ => None,
        };
        Self(text.lines().filter_map(rule).collect())
    }

    /// Whether a function is moved, by its name as wasm-bindgen leaves it: demangled, but with the
    /// hash of each crate.
    fn moves(&self, name: &str) -> bool {
        let name = without_hashes(name);
        let rule = self.0.iter().rev().find(|(_, text)| holds(&name, text));
        rule.is_some_and(|(moves, _)| *moves)
    }
}

/// Whether a name holds a text; `*` in it stands for anything.
fn holds(name: &str, text: &str) -> bool {
    let mut left = Some(name);
    text.split('*').all(|part| {
        left = left
            .and_then(|left| left.split_once(part))
            .map(|(_, left)| left);
        left.is_some()
    })
}

/// `app[535f993244e14621]::pages` is `app::pages`.
fn without_hashes(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut left = name;
    while let Some((before, after)) = left.split_once('[') {
        plain.push_str(before);
        left = match after.split_once(']') {
            Some((hash, after))
                if hash.len() > 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                after
            }
            _ => {
                plain.push('[');
                after
            }
        };
    }
    plain.push_str(left);
    plain
}

/// Why a module cannot be cut.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SplitError {
    #[error("not a module that can be read: {0}")]
    Unreadable(#[from] wasmparser::BinaryReaderError),
    #[error("cannot be written again: {0}")]
    Unwritable(#[from] reencode::Error<Missing>),
    #[error("{0}")]
    Unexpected(&'static str),
}

/// Cuts `module` in two by the rules, unless it has no import that loads a rest. Functions that only
/// moved ones call go with them.
pub(crate) fn split(module: &[u8], rules: &Rules) -> Result<Option<Halves>, SplitError> {
    let module = Module::read(module)?;
    let Some(asks) = module.asks else {
        return Ok(None);
    };
    let plan = Plan::make(&module, asks, |name| rules.moves(name))?;
    let imports = module
        .imports
        .clone()
        .into_iter()
        .flat_map(wasmparser::SectionLimited::into_imports);
    let imports = imports
        .enumerate()
        .map(|(index, import)| Ok((import?.name.to_owned(), short(index))));
    Ok(Some(Halves {
        imports: imports.collect::<Result<_, SplitError>>()?,
        first: first(&module, &plan)?,
        rest: rest(&module, &plan)?,
        slots: plan
            .stubs
            .iter()
            .map(|(&function, &slot)| (slot, module.name(function).to_owned()))
            .collect(),
    }))
}

/// A module as it was read. Functions are counted as WebAssembly does: the imported ones first.
#[derive(Default)]
struct Module<'a> {
    types: Option<wasmparser::TypeSectionReader<'a>>,
    signatures: Vec<FuncType>,
    imports: Option<wasmparser::ImportSectionReader<'a>>,
    /// The import that loads the rest.
    asks: Option<u32>,
    imported: u32,
    /// The type of each function.
    functions: Vec<u32>,
    tables: Vec<wasmparser::TableType>,
    memories: Vec<wasmparser::MemoryType>,
    globals: Vec<wasmparser::Global<'a>>,
    exports: Option<wasmparser::ExportSectionReader<'a>>,
    /// Functions that are called from outside.
    called: BTreeSet<u32>,
    start: Option<u32>,
    /// What is in which slot of the table.
    slots: BTreeMap<u32, u32>,
    bodies: Vec<FunctionBody<'a>>,
    data_count: Option<u32>,
    data: Option<wasmparser::DataSectionReader<'a>>,
    names: BTreeMap<u32, &'a str>,
    /// What engines and wasm-opt are told of the features that are used.
    features: Option<&'a [u8]>,
}

impl<'a> Module<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, SplitError> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.take(payload?)?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), SplitError> {
        match payload {
            Payload::TypeSection(types) => {
                for group in types.clone() {
                    for kind in group?.into_types() {
                        let CompositeInnerType::Func(signature) = kind.composite_type.inner else {
                            return Err(SplitError::Unexpected("a type that is no function's"));
                        };
                        self.signatures.push(signature);
                    }
                }
                self.types = Some(types);
            }
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    let import = import?;
                    let TypeRef::Func(signature) = import.ty else {
                        return Err(SplitError::Unexpected("an import that is no function"));
                    };
                    if import.name.contains(ASKS) {
                        self.asks = Some(self.imported);
                    }
                    self.functions.push(signature);
                    self.imported += 1;
                }
                self.imports = Some(imports);
            }
            Payload::FunctionSection(functions) => {
                for signature in functions {
                    self.functions.push(signature?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.globals.push(global?);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.called.insert(export.index);
                    }
                }
                self.exports = Some(exports);
            }
            Payload::StartSection { func, .. } => {
                self.called.insert(func);
                self.start = Some(func);
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.take_element(element?)?;
                }
            }
            Payload::DataCountSection { count, .. } => self.data_count = Some(count),
            Payload::DataSection(data) => self.data = Some(data),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Name(names) => {
                    for name in names {
                        if let Name::Function(functions) = name? {
                            for naming in functions {
                                let naming = naming?;
                                self.names.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
                _ if section.name() == "target_features" => self.features = Some(section.data()),
                _ => (),
            },
            Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => (),
            _ => return Err(SplitError::Unexpected("a section of an unknown kind")),
        }
        Ok(())
    }

    fn take_element(&mut self, element: wasmparser::Element<'a>) -> Result<(), SplitError> {
        let unexpected = SplitError::Unexpected("elements other than functions in the table");
        let (offset, functions) = match (element.kind, element.items) {
            // Of no effect, but for the right to take an address.
            (ElementKind::Declared, _) => return Ok(()),
            (
                ElementKind::Active {
                    table_index: None | Some(TABLE),
                    offset_expr,
                },
                ElementItems::Functions(functions),
            ) => (offset_expr, functions),
            _ => return Err(unexpected),
        };
        let Operator::I32Const { value } = offset.get_operators_reader().read()? else {
            return Err(unexpected);
        };
        for (slot, function) in (value.cast_unsigned()..).zip(functions) {
            self.slots.insert(slot, function?);
        }
        Ok(())
    }

    fn name(&self, function: u32) -> &'a str {
        self.names.get(&function).copied().unwrap_or_default()
    }

    /// The functions with a body.
    fn defined(&self) -> impl Iterator<Item = u32> + use<> {
        self.imported..self.functions.len() as u32
    }

    fn body(&self, function: u32) -> &FunctionBody<'a> {
        &self.bodies[(function - self.imported) as usize]
    }

    /// What a function refers to.
    fn callees(&self, function: u32) -> Result<Vec<u32>, SplitError> {
        let mut callees = Vec::new();
        let mut operators = self.body(function).get_operators_reader()?;
        while !operators.eof() {
            if let Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } = operators.read()?
            {
                callees.push(function_index);
            }
        }
        Ok(callees)
    }
}

/// The name that an import has in the first module, in the place of a long one with a hash in it.
fn short(import: usize) -> String {
    format!("i{import}")
}

/// What goes where.
struct Plan {
    /// The import that loads the rest.
    asks: u32,
    /// The functions of the first module, the imported ones left aside.
    stays: BTreeSet<u32>,
    /// The functions of the rest.
    moved: BTreeSet<u32>,
    /// Of these, those that the first module may call, and the slot it does that through.
    stubs: BTreeMap<u32, u32>,
    /// The functions of the first module that the rest calls, and their slots.
    called_back: BTreeMap<u32, u32>,
    /// How many slots the table has.
    slots: u32,
}

impl Plan {
    /// `asks` is the import that loads the rest, `is_named` whether the rules move a function.
    fn make(
        module: &Module<'_>,
        asks: u32,
        is_named: impl Fn(&str) -> bool,
    ) -> Result<Self, SplitError> {
        let callees: BTreeMap<u32, Vec<u32>> = module
            .defined()
            .map(|function| Ok((function, module.callees(function)?)))
            .collect::<Result<_, SplitError>>()?;
        let named: BTreeSet<u32> = module
            .defined()
            .filter(|function| {
                !module.called.contains(function) && is_named(module.name(*function))
            })
            .collect();
        let may_stay = |function: &u32| *function >= module.imported && !named.contains(function);

        let taken = module.slots.values();
        let mut to_do: Vec<u32> = module
            .called
            .iter()
            .chain(taken)
            .copied()
            .filter(may_stay)
            .collect();
        let mut stays: BTreeSet<u32> = to_do.iter().copied().collect();
        while let Some(function) = to_do.pop() {
            for callee in callees[&function].iter().copied().filter(may_stay) {
                if stays.insert(callee) {
                    to_do.push(callee);
                }
            }
        }
        let moved: BTreeSet<u32> = module
            .defined()
            .filter(|function| !stays.contains(function))
            .collect();

        let mut slots = module
            .tables
            .first()
            .map_or(0, |table| table.initial as u32);
        let known: BTreeMap<u32, u32> = module
            .slots
            .iter()
            .map(|(&slot, &function)| (function, slot))
            .collect();
        let mut slot_of = |function: u32| {
            known.get(&function).copied().unwrap_or_else(|| {
                slots += 1;
                slots - 1
            })
        };
        let called_by = |side: &BTreeSet<u32>| -> BTreeSet<u32> {
            side.iter()
                .flat_map(|function| &callees[function])
                .copied()
                .collect()
        };
        let taken = module.slots.values().copied();
        let asked_for: BTreeSet<u32> = called_by(&stays).into_iter().chain(taken).collect();
        let stubs = asked_for
            .intersection(&moved)
            .map(|&function| (function, slot_of(function)))
            .collect();
        let called_back = called_by(&moved)
            .difference(&moved)
            .map(|&function| (function, slot_of(function)))
            .collect();
        Ok(Self {
            asks,
            stays,
            moved,
            stubs,
            called_back,
            slots,
        })
    }
}

/// A part refers to a function that it does not have.
#[derive(Debug, thiserror::Error)]
#[error("function {0} is called from where it is not")]
pub(crate) struct Missing(u32);

/// Gives functions their new indices.
#[derive(Default)]
struct Renumber {
    functions: BTreeMap<u32, u32>,
}

impl Renumber {
    fn add(&mut self, function: u32) {
        let next = self.functions.len() as u32;
        self.functions.insert(function, next);
    }
}

impl Reencode for Renumber {
    type Error = Missing;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Missing>> {
        let index = self.functions.get(&function).copied();
        index.ok_or(reencode::Error::UserError(Missing(function)))
    }
}

/// A function that calls through a slot, having asked for what is in it where `need` is given.
fn through(slot: u32, signature: &FuncType, kind: u32, need: Option<u32>) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    for parameter in 0..signature.params().len() as u32 {
        code.local_get(parameter);
    }
    code.i32_const(slot.cast_signed());
    if let Some(need) = need {
        code.call(need);
    }
    code.call_indirect(TABLE, kind).end();
    function
}

/// Puts functions into slots, neighbours in one segment.
fn elements(
    slots: &BTreeMap<u32, u32>,
    renumber: &mut Renumber,
) -> Result<ElementSection, SplitError> {
    let mut section = ElementSection::new();
    let mut run: Vec<u32> = Vec::new();
    let mut slots = slots.iter().peekable();
    while let Some((&slot, &function)) = slots.next() {
        run.push(renumber.function_index(function)?);
        if slots.peek().is_none_or(|(next, _)| **next != slot + 1) {
            let start = slot + 1 - run.len() as u32;
            let offset = ConstExpr::i32_const(start.cast_signed());
            section.active(None, &offset, Elements::Functions(run.as_slice().into()));
            run.clear();
        }
    }
    Ok(section)
}

fn types(module: &Module<'_>, renumber: &mut Renumber) -> Result<TypeSection, SplitError> {
    let mut section = TypeSection::new();
    if let Some(types) = module.types.clone() {
        utils::parse_type_section(renumber, &mut section, types)?;
    }
    Ok(section)
}

/// The names of functions, and the features: wasm-opt is to see both. It puts functions into the
/// order of their names, so that those through a slot are told by that: they pack best in the order
/// in which the table has them.
fn finish(
    mut output: wasm_encoder::Module,
    module: &Module<'_>,
    renumber: &Renumber,
    through: &BTreeMap<u32, u32>,
) -> Vec<u8> {
    let name = |function: u32| match through.get(&function) {
        Some(slot) => format!("~{slot:06}"),
        None => module.name(function).to_owned(),
    };
    let mut names: Vec<_> = renumber
        .functions
        .iter()
        .map(|(&old, &new)| (new, name(old)))
        .collect();
    names.sort_unstable();
    let mut functions = NameMap::new();
    for (index, name) in names {
        functions.append(index, &name);
    }
    let mut section = NameSection::new();
    section.functions(&functions);
    output.section(&section);
    if let Some(features) = module.features {
        output.section(&wasm_encoder::CustomSection {
            name: "target_features".into(),
            data: features.into(),
        });
    }
    output.finish()
}

/// What both modules share of a kind, under the names by which the first exports it.
fn shared<T>(kind: char, things: &[T]) -> impl Iterator<Item = (u32, String, &T)> {
    let name = move |(index, thing)| (index, format!("rest:{kind}{index}"), thing);
    (0..).zip(things).map(name)
}

/// The table that functions are called through, with the slots that were added.
fn enlarged(index: u32, mut table: wasmparser::TableType, plan: &Plan) -> wasmparser::TableType {
    if index == TABLE {
        table.initial = u64::from(plan.slots);
        table.maximum = table.maximum.map(|maximum| maximum.max(table.initial));
    }
    table
}

fn first(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, SplitError> {
    let mut renumber = Renumber::default();
    for function in 0..module.functions.len() as u32 {
        if function < module.imported
            || plan.stays.contains(&function)
            || plan.stubs.contains_key(&function)
        {
            renumber.add(function);
        }
    }
    let need = renumber.functions.len() as u32;
    let loaded = module.globals.len() as u32;

    let mut types = types(module, &mut renumber)?;
    let need_type = types.len();
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut imports = ImportSection::new();
    if let Some(reader) = module.imports.clone() {
        for (index, import) in reader.into_imports().enumerate() {
            let import = import?;
            let kind = renumber.entity_type(import.ty)?;
            imports.import(import.module, &short(index), kind);
        }
    }
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for function in module.defined() {
        let kind = module.functions[function as usize];
        if plan.stays.contains(&function) {
            functions.function(kind);
            let body = module.body(function).clone();
            utils::parse_function_body(&mut renumber, &mut code, body)?;
        } else if let Some(&slot) = plan.stubs.get(&function) {
            functions.function(kind);
            code.function(&through(
                slot,
                &module.signatures[kind as usize],
                kind,
                Some(need),
            ));
        }
    }
    functions.function(need_type);
    let mut body = Function::new([]);
    body.instructions()
        .global_get(loaded)
        .i32_eqz()
        .if_(wasm_encoder::BlockType::Empty)
        .local_get(0)
        .call(plan.asks)
        .end()
        .local_get(0)
        .end();
    code.function(&body);

    let mut tables = TableSection::new();
    let mut memories = MemorySection::new();
    let mut globals = GlobalSection::new();
    let mut exports = ExportSection::new();
    if let Some(reader) = module.exports.clone() {
        utils::parse_export_section(&mut renumber, &mut exports, reader)?;
    }
    for (index, name, table) in shared('t', &module.tables) {
        tables.table(renumber.table_type(enlarged(index, *table, plan))?);
        exports.export(&name, ExportKind::Table, index);
    }
    for (index, name, memory) in shared('m', &module.memories) {
        memories.memory(renumber.memory_type(*memory)?);
        exports.export(&name, ExportKind::Memory, index);
    }
    for (index, name, global) in shared('g', &module.globals) {
        utils::parse_global(&mut renumber, &mut globals, global.clone())?;
        exports.export(&name, ExportKind::Global, index);
    }
    globals.global(
        GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        },
        &ConstExpr::i32_const(0),
    );
    exports.export(LOADED, ExportKind::Global, loaded);

    let mut slots = module.slots.clone();
    slots.extend(
        plan.called_back
            .iter()
            .map(|(&function, &slot)| (slot, function)),
    );
    let elements = elements(&slots, &mut renumber)?;

    let mut output = wasm_encoder::Module::new();
    output
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&tables)
        .section(&memories);
    output.section(&globals).section(&exports);
    if let Some(start) = module.start {
        output.section(&StartSection {
            function_index: renumber.function_index(start)?,
        });
    }
    output.section(&elements);
    if let Some(count) = module.data_count {
        output.section(&DataCountSection { count });
    }
    output.section(&code);
    if let Some(reader) = module.data.clone() {
        let mut data = DataSection::new();
        utils::parse_data_section(&mut renumber, &mut data, reader)?;
        output.section(&data);
    }
    Ok(finish(output, module, &renumber, &plan.stubs))
}

fn rest(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, SplitError> {
    let mut renumber = Renumber::default();
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (&function, &slot) in &plan.called_back {
        renumber.add(function);
        let kind = module.functions[function as usize];
        functions.function(kind);
        code.function(&through(
            slot,
            &module.signatures[kind as usize],
            kind,
            None,
        ));
    }
    for &function in &plan.moved {
        renumber.add(function);
        functions.function(module.functions[function as usize]);
    }
    for &function in &plan.moved {
        utils::parse_function_body(&mut renumber, &mut code, module.body(function).clone())?;
    }

    let types = types(module, &mut renumber)?;
    let mut imports = ImportSection::new();
    for (index, name, table) in shared('t', &module.tables) {
        let table = renumber.table_type(enlarged(index, *table, plan))?;
        imports.import(FIRST, &name, EntityType::Table(table));
    }
    for (_, name, memory) in shared('m', &module.memories) {
        let memory = renumber.memory_type(*memory)?;
        imports.import(FIRST, &name, EntityType::Memory(memory));
    }
    for (_, name, global) in shared('g', &module.globals) {
        let global = renumber.global_type(global.ty)?;
        imports.import(FIRST, &name, EntityType::Global(global));
    }
    let mut slots: BTreeMap<u32, u32> = plan
        .stubs
        .iter()
        .map(|(&function, &slot)| (slot, function))
        .collect();
    slots.extend(
        module
            .slots
            .iter()
            .filter(|(_, function)| plan.moved.contains(function)),
    );
    let elements = elements(&slots, &mut renumber)?;

    let mut output = wasm_encoder::Module::new();
    output
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&elements)
        .section(&code);
    Ok(finish(output, module, &renumber, &plan.called_back))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use base64::prelude::{BASE64_STANDARD, Engine};

    use super::*;

    const RULES: &str = "Moved:\n+ app::pages\nBut:\n- app::pages::kept\n";

    /// Plays both parts in Node.js: what `start` (by a call) and `taken` (through the table) give,
    /// twice, and after each the slots that had asked for the rest.
    const PLAY: &str = "
        const [first, rest] = process.argv.slice(1).map(text => new WebAssembly.Module(Buffer.from(text, 'base64')));
        const asked = [];
        const { exports } = new WebAssembly.Instance(first, { glue: { i0: slot => {
            asked.push(slot);
            new WebAssembly.Instance(rest, { first: exports });
            exports['rest:loaded'].value = 1;
        } } });
        const told = process.env.ORDER.split(' ').map(name => `${name}=${exports[name]()} asked=${asked.length}`);
        console.log(told.join(' '));
    ";

    /// A module as a linker leaves it. `start` calls `moved`, which calls what nobody else does and
    /// what `start` does; `taken` calls, through the table, another that was moved.
    fn module() -> Vec<u8> {
        let names = [
            "__wbg_needRest_0",
            "start",
            "app[0123456789abcdef]::pages::moved",
            "only_for_moved",
            "shared",
            "taken",
            "<app[0123456789abcdef]::pages::Moved as Drop>::drop",
            "app[0123456789abcdef]::pages::kept",
        ];
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        types.ty().function([], [ValType::I32]);
        types
            .ty()
            .function([ValType::I32, ValType::I32], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("glue", names[0], EntityType::Function(0));
        let mut functions = FunctionSection::new();
        for kind in [1, 2, 2, 2, 1, 2, 1] {
            functions.function(kind);
        }
        let mut tables = TableSection::new();
        tables.table(wasm_encoder::TableType {
            element_type: wasm_encoder::RefType::FUNCREF,
            table64: false,
            minimum: 2,
            maximum: Some(2),
            shared: false,
        });
        let mut memories = MemorySection::new();
        memories.memory(wasm_encoder::MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        let mutable = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(mutable, &ConstExpr::i32_const(1000));
        let mut exports = ExportSection::new();
        exports.export("start", ExportKind::Func, 1);
        exports.export("taken", ExportKind::Func, 5);
        let mut elements = ElementSection::new();
        elements.active(
            None,
            &ConstExpr::i32_const(1),
            Elements::Functions((&[6]).into()),
        );
        let mut code = CodeSection::new();
        let mut body = |write: &dyn Fn(&mut wasm_encoder::InstructionSink<'_>)| {
            let mut function = Function::new([]);
            write(&mut function.instructions());
            function.instructions().end();
            code.function(&function);
        };
        body(&|code| {
            code.i32_const(20).i32_const(22).call(2).call(7).i32_add();
            code.i32_const(1).i32_const(2).call(4).i32_add();
        });
        body(&|code| {
            code.local_get(0)
                .local_get(1)
                .call(3)
                .local_get(0)
                .local_get(1)
                .call(4)
                .i32_add();
        });
        body(&|code| {
            code.local_get(0).local_get(1).i32_mul();
        });
        body(&|code| {
            code.local_get(0)
                .local_get(1)
                .i32_add()
                .global_get(0)
                .i32_add();
        });
        body(&|code| {
            code.i32_const(7)
                .i32_const(5)
                .i32_const(1)
                .call_indirect(TABLE, 2);
        });
        body(&|code| {
            code.local_get(0).local_get(1).i32_sub();
        });
        body(&|code| {
            code.i32_const(3);
        });
        let mut list = NameMap::new();
        for (index, name) in (0..).zip(names) {
            list.append(index, name);
        }
        let mut section = NameSection::new();
        section.functions(&list);
        let mut module = wasm_encoder::Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&tables);
        module
            .section(&memories)
            .section(&globals)
            .section(&exports)
            .section(&elements);
        module.section(&code).section(&section);
        module.finish()
    }

    fn play(order: &str) -> String {
        let halves = split(&module(), &Rules::read(RULES)).expect("it can be read");
        let halves = halves.expect("it can be cut");
        let text = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        let output = Command::new("node")
            .args(["-e", PLAY, &text(&halves.first), &text(&halves.rest)])
            .env("ORDER", order)
            .output()
            .expect("Node.js is there");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    #[test]
    fn what_was_moved_is_asked_for_when_it_is_called_and_only_once() {
        // 20 · 22 + (20 + 22 + 1000) + 3 + (1 + 2 + 1000)
        assert_eq!(
            play("start start taken"),
            "start=2488 asked=1 start=2488 asked=1 taken=2 asked=1"
        );
    }

    #[test]
    fn what_was_moved_is_asked_for_when_it_is_called_through_the_table() {
        assert_eq!(
            play("taken start taken"),
            "taken=2 asked=1 start=2488 asked=1 taken=2 asked=1"
        );
    }

    #[test]
    fn what_only_moved_functions_call_goes_with_them() {
        let module = module();
        let module = Module::read(&module).expect("a module");
        let asks = module.asks.expect("it can be cut");
        let rules = Rules::read(RULES);
        let plan = Plan::make(&module, asks, |name| rules.moves(name)).expect("a plan");
        assert_eq!(plan.stays, BTreeSet::from([1, 4, 5, 7]));
        assert_eq!(plan.moved, BTreeSet::from([2, 3, 6]));
        // The second has no slot of its own before, the third has; the first calls neither back.
        assert_eq!(plan.stubs, BTreeMap::from([(2, 2), (6, 1)]));
        assert_eq!(plan.called_back, BTreeMap::from([(4, 3)]));
    }

    #[test]
    fn the_last_rule_that_fits_decides() {
        let rules = "+ app::pages\n- pages::overview\n+ overview::dialog\n- <*list*>::drop\n";
        let rules = Rules::read(rules);
        for (name, moves) in [
            ("app[0123456789abcdef]::pages::list", true),
            ("app[0123456789abcdef]::pages::overview", false),
            ("app[0123456789abcdef]::pages::overview::dialog", true),
            ("<app[0123456789abcdef]::pages::list::Row>::drop", false),
            ("<app[0123456789abcdef]::pages::drop>::list", true),
            ("core::fmt", false),
        ] {
            assert_eq!(rules.moves(name), moves, "{name}");
        }
    }

    #[test]
    fn only_the_hashes_of_crates_are_left_out_of_a_name() {
        assert_eq!(
            without_hashes("<[u8; 4] as core[8a1f2b3c4d5e6f70]::fmt>::fmt[1]"),
            "<[u8; 4] as core::fmt>::fmt[1]"
        );
    }

    #[test]
    fn a_module_that_cannot_ask_is_left_alone() {
        let empty = wasm_encoder::Module::new().finish();
        let halves = split(&empty, &Rules::read(RULES)).expect("it can be read");
        assert!(halves.is_none());
    }
}

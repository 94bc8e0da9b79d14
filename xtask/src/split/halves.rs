//! Writes the two modules.

use std::collections::BTreeMap;

use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, NameMap, NameSection, StartSection, TableSection, TypeSection, ValType,
    reencode::{self, Reencode, utils},
};
use wasmparser::FuncType;

use super::module::Module;
use super::plan::Plan;
use super::{FIRST, LOADED, SplitError, TABLE};

/// The name that an import has in the first module, in the place of a long one with a hash in it.
pub(super) fn short(import: usize) -> String {
    format!("i{import}")
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

pub(super) fn first(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, SplitError> {
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

pub(super) fn rest(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, SplitError> {
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

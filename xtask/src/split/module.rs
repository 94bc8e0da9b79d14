//! Reads a module.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{
    CompositeInnerType, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody,
    KnownCustom, Name, Operator, Parser, Payload, TypeRef,
};

use super::{ASKS, SplitError, TABLE};

/// A module as it was read. Functions are counted as WebAssembly does: the imported ones first.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) types: Option<wasmparser::TypeSectionReader<'a>>,
    pub(super) signatures: Vec<FuncType>,
    pub(super) imports: Option<wasmparser::ImportSectionReader<'a>>,
    /// The import that loads the rest.
    pub(super) asks: Option<u32>,
    pub(super) imported: u32,
    /// The type of each function.
    pub(super) functions: Vec<u32>,
    pub(super) tables: Vec<wasmparser::TableType>,
    pub(super) memories: Vec<wasmparser::MemoryType>,
    pub(super) globals: Vec<wasmparser::Global<'a>>,
    pub(super) exports: Option<wasmparser::ExportSectionReader<'a>>,
    /// Functions that are called from outside.
    pub(super) called: BTreeSet<u32>,
    pub(super) start: Option<u32>,
    /// What is in which slot of the table.
    pub(super) slots: BTreeMap<u32, u32>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    pub(super) data_count: Option<u32>,
    pub(super) data: Option<wasmparser::DataSectionReader<'a>>,
    pub(super) names: BTreeMap<u32, &'a str>,
    /// What engines and wasm-opt are told of the features that are used.
    pub(super) features: Option<&'a [u8]>,
}

impl<'a> Module<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, SplitError> {
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

    pub(super) fn name(&self, function: u32) -> &'a str {
        self.names.get(&function).copied().unwrap_or_default()
    }

    /// The functions with a body.
    pub(super) fn defined(&self) -> impl Iterator<Item = u32> + use<> {
        self.imported..self.functions.len() as u32
    }

    pub(super) fn body(&self, function: u32) -> &FunctionBody<'a> {
        &self.bodies[(function - self.imported) as usize]
    }

    /// What a function refers to.
    pub(super) fn callees(&self, function: u32) -> Result<Vec<u32>, SplitError> {
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

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

mod halves;
mod module;
mod plan;
mod rules;

use std::collections::BTreeMap;

use wasm_encoder::reencode;

use self::halves::{Missing, first, rest, short};
use self::module::Module;
use self::plan::Plan;
pub(crate) use self::rules::Rules;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use base64::prelude::{BASE64_STANDARD, Engine};
    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
        Function, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection,
        NameMap, NameSection, TableSection, TypeSection, ValType,
    };

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
    fn a_module_that_cannot_ask_is_left_alone() {
        let empty = wasm_encoder::Module::new().finish();
        let halves = split(&empty, &Rules::read(RULES)).expect("it can be read");
        assert!(halves.is_none());
    }
}

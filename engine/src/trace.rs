//! The trace of the machine as lines for JavaScript, in the build of `npm run build -- --trace`.

use eventsource_wasm::machine::Machine;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// `npm/engine/wasm.ts` reads the line at once.
    fn trace(address: *const u8, length: usize);
}

pub(crate) fn traced(mut machine: Machine) -> Machine {
    machine.trace_to(line);
    machine
}

fn line(line: &str) {
    // SAFETY: the line is valid during the call, and JavaScript does not call into the module meanwhile.
    unsafe { trace(line.as_ptr(), line.len()) }
}

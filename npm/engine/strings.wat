;; Strings from an engine's memory, by WebAssembly's builtins for JavaScript strings (Chrome 130, Firefox 134). A TextDecoder
;; takes three times as long for some hundred ASCII bytes, mostly not for the bytes themselves, and for UTF-16 of any length.
(module
  (type $units (array (mut i16)))
  (import "wasm:js-string" "fromCharCodeArray"
    (func $string (param (ref null $units) i32 i32) (result (ref extern))))
  (import "engine" "memory" (memory 1))

  ;; The array that gathers the units. It grows to the longest string so far.
  (global $units (mut (ref $units)) (array.new_default $units (i32.const 1024)))

  (func $reserve (param $length i32) (result (ref $units))
    (if (i32.gt_u (local.get $length) (array.len (global.get $units)))
      (then (global.set $units (array.new_default $units (i32.shl (local.get $length) (i32.const 1))))))
    (global.get $units))

  ;; Makes a string of `length` ASCII bytes at `from`.
  (func (export "ascii") (param $from i32) (param $length i32) (result externref)
    (local $units (ref $units))
    (local $at i32)
    (local.set $units (call $reserve (local.get $length)))
    ;; Four units at a time, then one at a time.
    (block $few
      (loop $four
        (br_if $few (i32.gt_u (i32.add (local.get $at) (i32.const 4)) (local.get $length)))
        (array.set $units (local.get $units) (local.get $at)
          (i32.load8_u (local.get $from)))
        (array.set $units (local.get $units) (i32.add (local.get $at) (i32.const 1))
          (i32.load8_u offset=1 (local.get $from)))
        (array.set $units (local.get $units) (i32.add (local.get $at) (i32.const 2))
          (i32.load8_u offset=2 (local.get $from)))
        (array.set $units (local.get $units) (i32.add (local.get $at) (i32.const 3))
          (i32.load8_u offset=3 (local.get $from)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (br $four)))
    (block $done
      (loop $one
        (br_if $done (i32.eq (local.get $at) (local.get $length)))
        (array.set $units (local.get $units) (local.get $at) (i32.load8_u (local.get $from)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $one)))
    (call $string (local.get $units) (i32.const 0) (local.get $length)))

  ;; Makes a string of `length` UTF-16 units at `from`.
  (func (export "utf16") (param $from i32) (param $length i32) (result externref)
    (local $units (ref $units))
    (local $at i32)
    (local.set $units (call $reserve (local.get $length)))
    (block $done
      (loop $one
        (br_if $done (i32.eq (local.get $at) (local.get $length)))
        (array.set $units (local.get $units) (local.get $at) (i32.load16_u (local.get $from)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 2)))
        (br $one)))
    (call $string (local.get $units) (i32.const 0) (local.get $length))))

;; Decodes the text of an engine, which `scripts/build/inlined.mjs` encodes, to its bytes. The numbers are those of that file.
(module
  ;; The text, which the bytes overwrite: each byte is written after its characters are read.
  (memory (export "memory") 1)

  ;; Takes the end of the text, and returns the end of the bytes.
  (func (export "unpack") (param $end i32) (result i32)
    (local $from i32)
    (local $to i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (i32.sub (i32.load8_u (local.get $from)) (i32.const 35)))
      (if (i32.ge_u (local.get $byte) (i32.const 90))
        (then
          (local.set $byte
            (i32.add
              (i32.mul (i32.sub (local.get $byte) (i32.const 90)) (i32.const 83))
              (i32.add (i32.load8_u offset=1 (local.get $from)) (i32.const 55))))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))))
      (i32.store8 (local.get $to) (local.get $byte))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $next
        (i32.lt_u
          (local.tee $from (i32.add (local.get $from) (i32.const 1)))
          (local.get $end))))
    (local.get $to)))

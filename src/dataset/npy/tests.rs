use std::fs::File;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn all(array: &Array) -> Vec<i64> {
    let mut values = Vec::new();
    let push = |value| {
        values.push(value);
        Ok(())
    };
    array.each(0, array.rows(), push).unwrap();
    values
}

/// A file with this header text and these items.
fn file(text: &str, items: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.bytes());
    bytes.extend(items);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn header(descr: &str, order: &str, shape: &str) -> String {
    format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n")
}

#[test]
fn every_integer_type_is_read() {
    for (descr, bytes, value) in [
        ("|u1", &[200][..], 200),
        ("|b1", &[1], 1),
        ("|i1", &[200], -56),
        ("<u2", &[1, 255], 0xff01),
        (">i2", &[255, 254], -2),
        ("<i4", &[255, 255, 255, 255], -1),
        (">u4", &[255, 0, 0, 1], 0xff00_0001),
        ("<i8", &[0, 0, 0, 0, 0, 0, 0, 128], i64::MIN),
        ("<u8", &[255; 8], i64::MAX),
        (">i8", &[0, 0, 0, 0, 0, 0, 0, 5], 5),
    ] {
        let (_folder, path) = file(&header(descr, "False", "(1,)"), bytes);
        assert_eq!(all(&Array::open(&path).unwrap()), [value], "{descr}");
    }
}

#[test]
fn what_is_no_array_of_whole_numbers_is_refused() {
    let message = |text: &str, items: &[u8]| {
        let (_folder, path) = file(text, items);
        let message = Array::open(&path).unwrap_err().to_string();
        assert!(message.contains("x.npy"), "{message}");
        message
    };
    assert!(message(&header("<f4", "False", "(1,)"), &[0; 4]).contains("`<f4`"));
    assert!(message(&header("|u1", "True", "(1, 1)"), &[0]).contains("ascontiguousarray"));
    assert!(message(&header("|u1", "False", "(2, 3)"), &[0; 5]).contains("cut off"));
    assert!(message(&header("|u1", "False", "(1, 1, 1)"), &[0]).contains("(1, 1, 1)"));
    assert!(message(&header("|u1", "False", "()"), &[0]).contains("dimensions"));
    let huge = "(4611686018427387904, 9223372036854775807)";
    assert!(message(&header("<i8", "False", huge), &[0]).contains("cut off"));
    assert!(message("{'descr': [('a', '<i4')], 'shape': (1,), }", &[0; 4]).contains("records"));
    for text in ["", "{", "{}", "{'shape': (1,)}", "{'shape' (1,)}", "{'descr': '|u1', 'x': 1}", "{'descr'''"] {
        assert!(message(text, &[]).contains("not understood"), "{text}");
    }
}

#[test]
fn headers_of_absurd_sizes_are_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let message = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Array::open(&path).unwrap_err().to_string()
    };
    assert!(message(b"\x93NUMPY\x02\x00\xff\xff\xff\xff").contains("4294967295"));
    assert!(message(b"\x93NUMPY\x01\x00\xff\xff{}").contains("cut off"));
    assert!(message(b"\x93NUMPY\x01\x00\x01").contains("cut off"));
    assert!(message(b"\x93NUMPY\x09\x00\x01\x00").contains("version 9"));
    assert!(message(b"PK").contains("no .npy"));
}

#[test]
fn rows_are_read_where_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let mut writer = Writer::bytes(&path, 3).unwrap();
    (0..30).for_each(|value| writer.put(&[value]).unwrap());
    writer.finish(10).unwrap();
    let array = Array::open(&path).unwrap();
    assert_eq!((array.rows(), array.columns()), (10, Some(3)));
    let mut row = Vec::new();
    array
        .each(9, 1, |value| {
            row.push(value);
            Ok(())
        })
        .unwrap();
    assert_eq!(row, [27, 28, 29]);
    for (first, count) in [(9, 2), (10, 1), (usize::MAX, 2)] {
        assert!(array.each(first, count, |_| Ok(())).unwrap_err().to_string().contains("10 rows"));
    }
    // Another program cut the file after it was opened.
    File::options().write(true).open(&path).unwrap().set_len(140).unwrap();
    assert!(array.each(9, 1, |_| Ok(())).unwrap_err().to_string().contains("x.npy"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn what_is_written_is_read_back(values: Vec<i32>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let mut writer = Writer::numbers(&path).unwrap();
        for value in &values {
            writer.put(&value.to_le_bytes()).unwrap();
        }
        writer.finish(values.len()).unwrap();
        let array = Array::open(&path).unwrap();
        prop_assert_eq!(array.columns(), None);
        prop_assert_eq!(all(&array), values.into_iter().map(i64::from).collect::<Vec<_>>());
    }
}

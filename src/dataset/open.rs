//! stub
#![allow(missing_docs)]
use super::{DataError, DataSet, Part, read_csv};
use crate::board::arc::Task;
use std::path::Path;
pub fn open(path: &Path, _part: Part, limit: Option<usize>) -> Result<DataSet, DataError> {
    read_csv(path, limit)
}
pub fn test_part(_path: &Path, _limit: usize) -> Result<Option<DataSet>, DataError> {
    Ok(None)
}
pub fn arc_tasks(_path: &Path, _part: Part) -> Result<Vec<(String, Task)>, DataError> {
    Err(DataError::Empty)
}

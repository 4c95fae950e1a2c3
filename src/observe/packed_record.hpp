// A TransactionRecord as bytes, texts included, so that a request leaves its record in a queue and
// somebody else makes a line of it. For one process: neither versioned nor checked. Pure.
#pragma once

#include "observe/access_log.hpp"

#include <string>
#include <string_view>

namespace hawkcache::observe {

// `out` keeps its memory from call to call, so that a record costs no allocation. Gives a view of
// it: the record, valid until the next call.
std::string_view pack(const TransactionRecord& record, std::string& out);

// The record at the front of `packed`, which is shortened by it. Views into `packed`.
// REQUIRES: `packed` is one or more records as pack() gave them, one behind the other.
TransactionRecord unpack(std::string_view& packed) noexcept;

}  // namespace hawkcache::observe

// One line of the access log. Pure.
#pragma once

#include "base/text_writer.hpp"
#include "observe/access_log.hpp"

namespace hawkcache::observe {

// Text:  2026-11-23T07:15:43.123Z 127.0.0.1 api.example.com "GET /users/42" 200 512 0.184ms user
// HIT - JSON:
// {"time":"2026-11-23T07:15:43.123Z","peer":"127.0.0.1",...,"duration_us":184,"route":"user","cache":"HIT","detail":""}
// With the line's end. Whatever a client sent, a line stays one line, and JSON stays valid.
void write_access_line(TextWriter& out, const TransactionRecord& record, AccessLog::Format format);

}  // namespace hawkcache::observe

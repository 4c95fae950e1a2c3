// One line of the access log. Pure.
#pragma once

#include "observe/access_log.hpp"

#include <string>

namespace hawkcache::observe {

// Text:  2026-11-23T07:15:43.123Z 127.0.0.1 api.example.com "GET /users/42" 200 512 0.184ms user
// HIT - JSON:
// {"time":"2026-11-23T07:15:43.123Z","peer":"127.0.0.1",...,"duration_us":184,"route":"user","cache":"HIT","detail":""}
// Appended to `out`, with the line's end. Whatever a client sent, a line stays one line, and JSON
// stays valid.
void append_access_line(std::string& out,
                        const TransactionRecord& record,
                        AccessLog::Format format);

}  // namespace hawkcache::observe

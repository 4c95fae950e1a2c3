#include "observe/access_line.hpp"

#include "base/json.hpp"

#include <iterator>

#include <fmt/format.h>

namespace hawkcache::observe {
namespace {

void append_time(std::string& out, WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  fmt::format_to(std::back_inserter(out),
                 "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                 static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()),
                 clock.hours().count(),
                 clock.minutes().count(),
                 clock.seconds().count(),
                 clock.subseconds().count());
}

// Bytes that could end the line, close the quotes or steer a terminal become \xNN; an empty text is
// "-".
void append_word(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += '-';
    return;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
}

// A word that stands without quotes: blanks would make two of it.
void append_bare_word(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  append_word(out, text);
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == ' ') out[i] = '_';
  }
}

void append_text(std::string& out, const TransactionRecord& record) {
  append_time(out, record.time);
  out += ' ';
  append_bare_word(out, record.peer);
  out += ' ';
  append_bare_word(out, record.host);
  out += " \"";
  append_word(out, record.method);
  out += ' ';
  append_word(out, record.target);
  const auto us = record.duration.count();
  fmt::format_to(std::back_inserter(out),
                 "\" {} {} {}.{:03}ms ",
                 record.status,
                 record.bytes,
                 us / 1000,
                 us % 1000);
  append_bare_word(out, record.route);
  out += ' ';
  append_bare_word(out, record.cache);
  out += ' ';
  append_bare_word(out, record.detail);
  out += '\n';
}

void append_json_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

void append_json(std::string& out, const TransactionRecord& record) {
  out += "{\"time\":\"";
  append_time(out, record.time);
  out += '"';
  append_json_member(out, "peer", record.peer);
  append_json_member(out, "method", record.method);
  append_json_member(out, "host", record.host);
  append_json_member(out, "target", record.target);
  fmt::format_to(std::back_inserter(out),
                 ",\"status\":{},\"bytes\":{},\"duration_us\":{}",
                 record.status,
                 record.bytes,
                 record.duration.count());
  append_json_member(out, "route", record.route);
  append_json_member(out, "cache", record.cache);
  append_json_member(out, "detail", record.detail);
  out += "}\n";
}

}  // namespace

void append_access_line(std::string& out,
                        const TransactionRecord& record,
                        AccessLog::Format format) {
  switch (format) {
    case AccessLog::Format::text:
      append_text(out, record);
      return;
    case AccessLog::Format::json:
      append_json(out, record);
      return;
  }
}

}  // namespace hawkcache::observe

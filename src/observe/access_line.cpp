#include "observe/access_line.hpp"

#include "base/ascii.hpp"
#include "base/json.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace hawkcache::observe {
namespace {

void append_decimal(std::string& out, std::int64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

// Below a thousand, with leading zeros.
void append_thousandths(std::string& out, std::int64_t number) {
  const auto digit = [](std::int64_t value) { return static_cast<char>('0' + value % 10); };
  const char digits[] = {digit(number / 100), digit(number / 10), digit(number)};
  out.append(digits, std::size(digits));
}

std::string text_of(std::chrono::sys_seconds second) {
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()),
                     clock.hours().count(),
                     clock.minutes().count(),
                     clock.seconds().count());
}

void append_time(std::string& out, WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  // Most lines are of the same second as the one before.
  thread_local std::chrono::sys_seconds last_second = second;
  thread_local std::string last_text = text_of(second);
  if (second != last_second) {
    last_text = text_of(second);
    last_second = second;
  }
  out += last_text;
  append_thousandths(out, (time - second).count());
  out += 'Z';
}

// Bytes that could end the line, close the quotes or steer a terminal become \xNN; an empty text is
// "-".
void append_word(std::string& out, std::string_view text) {
  if (text.empty()) out += '-';
  while (!text.empty()) {
    const std::size_t plain = ascii::plain_prefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto byte = static_cast<unsigned char>(text.front());
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    text.remove_prefix(1);
  }
}

// A word that stands without quotes: blanks would make two of it.
void append_bare_word(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  append_word(out, text);
  std::replace(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), ' ', '_');
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
  out += "\" ";
  append_decimal(out, record.status);
  out += ' ';
  append_decimal(out, static_cast<std::int64_t>(record.bytes));
  out += ' ';
  const std::int64_t us = record.duration.count();
  append_decimal(out, us / 1000);
  out += '.';
  append_thousandths(out, us % 1000);
  out += "ms ";
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

void append_json_member(std::string& out, std::string_view name, std::int64_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_decimal(out, value);
}

void append_json(std::string& out, const TransactionRecord& record) {
  out += "{\"time\":\"";
  append_time(out, record.time);
  out += '"';
  append_json_member(out, "peer", record.peer);
  append_json_member(out, "method", record.method);
  append_json_member(out, "host", record.host);
  append_json_member(out, "target", record.target);
  append_json_member(out, "status", record.status);
  append_json_member(out, "bytes", static_cast<std::int64_t>(record.bytes));
  append_json_member(out, "duration_us", record.duration.count());
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

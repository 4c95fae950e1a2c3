#include "observe/access_line.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "base/json.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace hawkcache::observe {
namespace {

// Below a thousand, with leading zeros.
void write_thousandths(TextWriter& out, std::int64_t number) {
  const auto digit = [](std::int64_t value) { return static_cast<char>('0' + value % 10); };
  const char digits[] = {digit(number / 100), digit(number / 10), digit(number)};
  out.text({digits, std::size(digits)});
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

void write_time(TextWriter& out, WallTime time) {
  // Most lines are of the same second as the one before, many of the same millisecond.
  thread_local std::chrono::sys_seconds last_second{};
  thread_local std::string second_text = text_of(last_second);
  thread_local WallTime last_time{};
  thread_local std::string text = second_text + "000Z";
  if (time != last_time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (second != last_second) second_text = text_of(second);
    last_second = second;
    last_time = time;
    text.clear();
    TextWriter writer(text);
    writer.text(second_text);
    write_thousandths(writer, (time - second).count());
    writer.text("Z");
  }
  out.text(text);
}

// Bytes that could end the line, close the quotes or steer a terminal become \xNN.
void write_escaped(TextWriter& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (;;) {
    const std::size_t plain = ascii::plain_prefix(text);
    out.text(text.substr(0, plain));
    if (plain == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[plain]);
    const char escape[] = {'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xFU]};
    out.text({escape, std::size(escape)});
    text.remove_prefix(plain + 1);
  }
}

// A word that stands without quotes: blanks would make two of it. An empty one is "-".
void write_bare_word(TextWriter& out, std::string_view word) {
  if (word.empty()) return out.text("-");
  const auto is_odd = [](std::uint64_t bytes) { return !byte_words::is_plain(bytes, '!'); };
  if (!byte_words::any(word, '-', is_odd)) return out.text(word);
  for (std::size_t blank = word.find(' '); blank != word.npos; blank = word.find(' ')) {
    write_escaped(out, word.substr(0, blank));
    out.text("_");
    word.remove_prefix(blank + 1);
  }
  write_escaped(out, word);
}

std::string_view word_or_dash(std::string_view word) { return word.empty() ? "-" : word; }

void write_text(TextWriter& out, const TransactionRecord& record) {
  write_time(out, record.time);
  out.texts(" ", word_or_dash(record.peer), " ");
  write_bare_word(out, record.host);
  out.text(" \"");
  write_escaped(out, word_or_dash(record.method));
  out.text(" ");
  write_escaped(out, word_or_dash(record.target));
  out.text("\" ");
  out.number(record.status);
  out.text(" ");
  out.number(record.bytes);
  out.text(" ");
  const std::int64_t us = record.duration.count();
  out.number(us / 1000);
  out.text(".");
  write_thousandths(out, us % 1000);
  out.text("ms ");
  write_bare_word(out, record.route);
  out.texts(" ", word_or_dash(record.cache), " ");
  write_bare_word(out, record.detail);
  out.text("\n");
}

void write_member(TextWriter& out, std::string_view name, std::string_view value) {
  out.texts(",\"", name, "\":");
  write_json_string(out, value);
}

void write_member(TextWriter& out, std::string_view name, std::integral auto value) {
  out.texts(",\"", name, "\":");
  out.number(value);
}

void write_json(TextWriter& out, const TransactionRecord& record) {
  out.text("{\"time\":\"");
  write_time(out, record.time);
  out.text("\"");
  write_member(out, "peer", record.peer);
  write_member(out, "method", record.method);
  write_member(out, "host", record.host);
  write_member(out, "target", record.target);
  write_member(out, "status", record.status);
  write_member(out, "bytes", record.bytes);
  write_member(out, "duration_us", record.duration.count());
  write_member(out, "route", record.route);
  write_member(out, "cache", record.cache);
  write_member(out, "detail", record.detail);
  out.text("}\n");
}

}  // namespace

void write_access_line(TextWriter& out, const TransactionRecord& record, AccessLog::Format format) {
  switch (format) {
    case AccessLog::Format::text:
      return write_text(out, record);
    case AccessLog::Format::json:
      return write_json(out, record);
  }
}

}  // namespace hawkcache::observe

#include "http/date.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hawkcache::http {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kDayNames = {
    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDayNames = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonthNames = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a date from left to right. The first thing that does not fit makes everything after it fail
// too.
class DateReader {
 public:
  explicit DateReader(std::string_view text) noexcept : rest_(text) {}

  void literal(std::string_view text) noexcept {
    if (!ascii::equals_ignoring_case(rest_.substr(0, text.size()), text)) return fail();
    rest_.remove_prefix(text.size());
  }

  unsigned number(std::size_t digits) noexcept {
    if (rest_.size() < digits) return fail(), 0;
    unsigned value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!ascii::is_digit(c)) return fail(), 0;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  // 2DIGIT, or SP 1DIGIT
  unsigned blank_padded_day() noexcept {
    if (!rest_.starts_with(' ')) return number(2);
    rest_.remove_prefix(1);
    return number(1);
  }

  // The index of the name that comes next.
  std::size_t one_of(std::span<const std::string_view> names) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (ascii::equals_ignoring_case(rest_.substr(0, names[i].size()), names[i])) {
        rest_.remove_prefix(names[i].size());
        return i;
      }
    }
    return fail(), 0;
  }

  month month_name() noexcept { return month(static_cast<unsigned>(one_of(kMonthNames)) + 1); }

  std::chrono::seconds time_of_day() noexcept {
    const unsigned hour = number(2);
    literal(":");
    const unsigned minute = number(2);
    literal(":");
    const unsigned second = number(2);
    if (hour > 23 || minute > 59 || second > 60) fail();  // 60: a leap second
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  }

  bool whole() const noexcept { return !failed_ && rest_.empty(); }

 private:
  void fail() noexcept { failed_ = true; }

  std::string_view rest_;
  bool failed_ = false;
};

year years(unsigned value) noexcept { return year(static_cast<int>(value)); }

std::optional<WallTime> finish(const DateReader& reader,
                               year_month_day date,
                               std::chrono::seconds time) noexcept {
  if (!reader.whole() || !date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date) + time);
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<WallTime> parse_imf_fixdate(std::string_view text) noexcept {
  DateReader reader(text);
  reader.one_of(kDayNames);
  reader.literal(", ");
  const day d(reader.number(2));
  reader.literal(" ");
  const month m = reader.month_name();
  reader.literal(" ");
  const year y = years(reader.number(4));
  reader.literal(" ");
  const auto time = reader.time_of_day();
  reader.literal(" GMT");
  return finish(reader, {y, m, d}, time);
}

constexpr std::size_t kImfFixdateSize = 29;
constexpr unsigned kPlaceBits = 4;

// Its weekday, day and time of day, spread over the places: a message's Date and Last-Modified
// seldom meet. REQUIRES: kImfFixdateSize bytes.
std::size_t place_of(std::string_view imf_fixdate) noexcept {
  constexpr std::size_t kTimeOfDay = 17;
  const std::uint64_t day = byte_words::load(imf_fixdate.data());
  const std::uint64_t time = byte_words::load(imf_fixdate.data() + kTimeOfDay);
  return ((day + 3 * time) * 0x9e3779b97f4a7c15) >> (64 - kPlaceBits);
}

// A message's dates are asked for several times over, and its Date is that of all messages of the
// same second: the last few that were read are remembered.
std::optional<WallTime> recall_imf_fixdate(std::string_view text) noexcept {
  struct Remembered {
    std::array<char, kImfFixdateSize> text{};
    WallTime time;
  };
  static thread_local constinit std::array<Remembered, 1 << kPlaceBits> last{};
  if (text.size() != kImfFixdateSize) return parse_imf_fixdate(text);
  Remembered& known = last[place_of(text)];
  if (text == std::string_view(known.text.data(), kImfFixdateSize)) return known.time;
  const std::optional<WallTime> time = parse_imf_fixdate(text);
  if (!time) return time;
  text.copy(known.text.data(), kImfFixdateSize);
  known.time = *time;
  return time;
}

// A timestamp that appears to be more than 50 years in the future is one of the past century with
// the same last digits.
year nearest_year(unsigned two_digits, WallTime now) noexcept {
  const year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int this_year = static_cast<int>(today.year());
  int candidate = this_year - this_year % 100 + static_cast<int>(two_digits);
  if (candidate > this_year + 50) candidate -= 100;
  if (candidate <= this_year - 50) candidate += 100;
  return year(candidate);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<WallTime> parse_rfc850(std::string_view text, WallTime now) noexcept {
  DateReader reader(text);
  reader.one_of(kLongDayNames);
  reader.literal(", ");
  const day d(reader.number(2));
  reader.literal("-");
  const month m = reader.month_name();
  reader.literal("-");
  const year y = nearest_year(reader.number(2), now);
  reader.literal(" ");
  const auto time = reader.time_of_day();
  reader.literal(" GMT");
  return finish(reader, {y, m, d}, time);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<WallTime> parse_asctime(std::string_view text) noexcept {
  DateReader reader(text);
  reader.one_of(kDayNames);
  reader.literal(" ");
  const month m = reader.month_name();
  reader.literal(" ");
  const day d(reader.blank_padded_day());
  reader.literal(" ");
  const auto time = reader.time_of_day();
  reader.literal(" ");
  const year y = years(reader.number(4));
  return finish(reader, {y, m, d}, time);
}

void append_number(std::string& text, unsigned value, int digits) {
  unsigned divisor = 1;
  for (int i = 1; i < digits; ++i) divisor *= 10;
  for (; divisor != 0; divisor /= 10) text += static_cast<char>('0' + value / divisor % 10);
}

}  // namespace

std::optional<WallTime> parse_date(std::string_view text, WallTime now) noexcept {
  // The fourth byte tells the formats apart: "Sun," "Sun " "Sunday,"
  if (text.size() < 4) return std::nullopt;
  if (text[3] == ',') return recall_imf_fixdate(text);
  if (text[3] == ' ') return parse_asctime(text);
  return parse_rfc850(text, now);
}

std::string format_date(WallTime time) {
  const auto date_part = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date(date_part);
  const std::chrono::weekday weekday(date_part);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - date_part));

  std::string text;
  text.reserve(29);
  text.append(kDayNames[weekday.c_encoding()]).append(", ");
  append_number(text, static_cast<unsigned>(date.day()), 2);
  text += ' ';
  text.append(kMonthNames[static_cast<unsigned>(date.month()) - 1]);
  text += ' ';
  append_number(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  text += ' ';
  append_number(text, static_cast<unsigned>(clock.hours().count()), 2);
  text += ':';
  append_number(text, static_cast<unsigned>(clock.minutes().count()), 2);
  text += ':';
  append_number(text, static_cast<unsigned>(clock.seconds().count()), 2);
  text.append(" GMT");
  return text;
}

}  // namespace hawkcache::http

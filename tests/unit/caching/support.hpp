// Helpers of the caching tests: fields from pairs, times around one fixed moment.
#pragma once

#include "base/clock.hpp"
#include "caching/freshness.hpp"
#include "caching/reason.hpp"
#include "caching/storability.hpp"
#include "http/date.hpp"
#include "http/fields.hpp"
#include "http/head.hpp"

#include <chrono>
#include <deque>
#include <initializer_list>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hawkcache::caching {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr WallTime kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 1 / 15) + std::chrono::hours(12);

inline std::string date(Duration offset) { return http::format_date(kNow + offset); }

// Header fields that own their text.
class Fields {
 public:
  Fields(std::initializer_list<std::pair<std::string, std::string>> fields) {
    for (const auto& [name, value] : fields) add(name, value);
  }
  Fields(const Fields& other) {
    for (const http::Field& field : other.list_) {
      add(std::string(field.name), std::string(field.value));
    }
  }
  Fields& operator=(const Fields&) = delete;
  void add(std::string name, std::string value) {
    const std::string& kept_name = texts_.emplace_back(std::move(name));
    const std::string& kept_value = texts_.emplace_back(std::move(value));
    list_.push_back({http::parse_field_name(kept_name), kept_name, kept_value});
  }
  const std::vector<http::Field>& list() const { return list_; }
  operator http::FieldsView() const { return {std::span<const http::Field>(list_)}; }  // NOLINT

 private:
  std::deque<std::string> texts_;
  std::vector<http::Field> list_;
};

inline http::ResponseHead response(int status, const Fields& fields) {
  http::ResponseHead head;
  head.status = status;
  head.field_list = fields.list();
  return head;
}

// An exchange that took no time.
inline constexpr ResponseTimes kAtOnce{kNow, kNow};

inline std::ostream& operator<<(std::ostream& out, Reason reason) {
  return out << to_string(reason);
}

// Why a response was not stored; Reason::none when it was.
inline Reason refusal(const Storability& storability) {
  const auto* refused = std::get_if<NotStorable>(&storability);
  return refused == nullptr ? Reason::none : refused->reason;
}

}  // namespace hawkcache::caching

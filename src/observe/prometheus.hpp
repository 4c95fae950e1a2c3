// The Prometheus text exposition format (version 0.0.4), written piece by piece. Knows the syntax
// only; what is exposed is decided in admin/. Whatever the label values are, the text stays
// parseable: quotes, backslashes and line ends are escaped, bytes that are not UTF-8 become U+FFFD.
//
//   PrometheusText text;
//   text.family("hawkcache_requests_total", MetricType::counter, "Requests answered");
//   text.sample("hawkcache_requests_total", {}, 17);
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::observe {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

struct Label {
  std::string_view name;
  std::string_view value;
};

// What the Content-Type of the text is.
inline constexpr std::string_view kPrometheusContentType =
    "text/plain; version=0.0.4; charset=utf-8";

class PrometheusText {
 public:
  // Begins a metric: its samples follow directly. REQUIRES: `name` is a metric name
  // ([a-zA-Z_:][a-zA-Z0-9_:]*).
  void family(std::string_view name, MetricType type, std::string_view help);
  void sample(std::string_view name, std::initializer_list<Label> labels, std::uint64_t value);
  void sample(std::string_view name, std::initializer_list<Label> labels, double value);
  // A family of one sample without labels.
  void single(std::string_view name, MetricType type, std::string_view help, std::uint64_t value);
  // A family of buckets: `counts` are those of each bucket alone, with one more than there are
  // upper bounds; `sum` is that of all that was measured.
  void histogram(std::string_view name,
                 std::string_view help,
                 std::span<const double> bounds,
                 std::span<const std::uint64_t> counts,
                 double sum);
  std::string take() { return std::move(out_); }

 private:
  void head_of_sample(std::string_view name, std::initializer_list<Label> labels);
  std::string out_;
};

}  // namespace hawkcache::observe

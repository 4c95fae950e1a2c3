#include "observe/prometheus.hpp"

#include "base/json.hpp"

#include <iterator>

#include <fmt/format.h>

namespace hawkcache::observe {
namespace {

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
  }
  return "untyped";
}

// The format knows three escapes: \\ \" \n (RFC-less; the exposition format's own page). Other
// control characters could upset a scraper's terminal, never its parser; they are left out.
void append_label_value(std::string& out, std::string_view value) {
  std::string json;
  append_json_string(json, value);  // valid UTF-8 whatever came in
  for (std::size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] != '\\') {
      out += json[i];
      continue;
    }
    const char escape = json[++i];
    if (escape == 'u') {
      i += 4;  // \u00XX: a control character
    } else if (escape == 'n' || escape == '"' || escape == '\\') {
      out += '\\';
      out += escape;
    }
  }
}

void append_help(std::string& out, std::string_view help) {
  for (const char c : help) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

void PrometheusText::family(std::string_view name, MetricType type, std::string_view help) {
  out_ += "# HELP ";
  out_ += name;
  out_ += ' ';
  append_help(out_, help);
  out_ += "\n# TYPE ";
  out_ += name;
  out_ += ' ';
  out_ += type_name(type);
  out_ += '\n';
}

void PrometheusText::head_of_sample(std::string_view name, std::initializer_list<Label> labels) {
  out_ += name;
  if (labels.size() > 0) {
    char separator = '{';
    for (const Label& label : labels) {
      out_ += separator;
      separator = ',';
      out_ += label.name;
      out_ += "=\"";
      append_label_value(out_, label.value);
      out_ += '"';
    }
    out_ += '}';
  }
  out_ += ' ';
}

void PrometheusText::sample(std::string_view name,
                            std::initializer_list<Label> labels,
                            std::uint64_t value) {
  head_of_sample(name, labels);
  fmt::format_to(std::back_inserter(out_), "{}\n", value);
}

void PrometheusText::sample(std::string_view name,
                            std::initializer_list<Label> labels,
                            double value) {
  head_of_sample(name, labels);
  fmt::format_to(std::back_inserter(out_), "{:.3f}\n", value);
}

void PrometheusText::single(std::string_view name,
                            MetricType type,
                            std::string_view help,
                            std::uint64_t value) {
  family(name, type, help);
  sample(name, {}, value);
}

void PrometheusText::histogram(std::string_view name,
                               std::string_view help,
                               std::span<const double> bounds,
                               std::span<const std::uint64_t> counts,
                               double sum) {
  family(name, MetricType::histogram, help);
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    so_far += counts[i];
    const std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
    sample(bucket, {{"le", bound}}, so_far);
  }
  fmt::format_to(std::back_inserter(out_), "{}_sum {:.6f}\n", name, sum);
  sample(std::string(name) + "_count", {}, so_far);
}

}  // namespace hawkcache::observe

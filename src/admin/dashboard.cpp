#include "admin/dashboard.hpp"

#include "base/sha256.hpp"

#include <string>

#include <fmt/format.h>

namespace hawkcache::admin {
namespace {

// What stands between the first <name> and its end: what a browser takes the hash of.
std::string_view inside_of_element(std::string_view page, std::string_view name) {
  const std::string opening = fmt::format("<{}>", name);
  const std::size_t begin = page.find(opening) + opening.size();
  return page.substr(begin, page.find(fmt::format("</{}>", name), begin) - begin);
}

std::string dashboard_fields() {
  const std::string_view page = dashboard_page();
  return fmt::format(
      "Content-Security-Policy: default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "require-trusted-types-for 'script'\r\n"
      "Referrer-Policy: no-referrer\r\n",
      sha256_base64(inside_of_element(page, "script")),
      sha256_base64(inside_of_element(page, "style")));
}

}  // namespace

AdminReply dashboard_reply() {
  static const std::string fields = dashboard_fields();
  return {.content_type = "text/html; charset=utf-8",
          .body = std::string(dashboard_page()),
          .extra_fields = fields};
}

}  // namespace hawkcache::admin

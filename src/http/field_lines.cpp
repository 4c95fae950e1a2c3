#include "http/field_lines.hpp"

#include "base/ascii.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include <boost/beast/http/basic_parser.hpp>

namespace hawkcache::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::size_t index_of(beast_http::field name) noexcept {
  return static_cast<std::size_t>(name);
}

// Beast has looked the name up already: our id for each of its ids. Names that it does not know are
// looked up by us.
using IdTable = std::array<FieldName, 512>;
const IdTable kIds = [] {
  IdTable ids{};
  const auto enter = [&ids](std::string_view name, FieldName id) {
    const auto known = beast_http::string_to_field(name);
    if (known != beast_http::field::unknown) ids.at(index_of(known)) = id;
  };
#define X(enumerator, text) enter(text, FieldName::enumerator);
  HAWKCACHE_FIELD_NAMES(X)
#undef X
  return ids;
}();

class Reader final : public beast_http::basic_parser<true> {
 public:
  explicit Reader(std::vector<Field>& fields) : fields_(fields) {
    skip(true);  // the body is not its business, whatever the fields say
    header_limit(std::numeric_limits<std::uint32_t>::max());
  }

  FieldLines read(std::string_view block);

 private:
  void on_field_impl(beast_http::field id,
                     string_view name,
                     string_view value,
                     error_code&) override {
    const FieldName ours =
        id == beast_http::field::unknown ? parse_field_name(name) : kIds[index_of(id)];
    fields_.push_back({.id = ours, .name = name, .value = value});
  }

  void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  std::vector<Field>& fields_;
};

// Whether Beast could read the line, but did not like what Connection, Content-Length or
// Transfer-Encoding says.
bool is_judgement(const error_code& error) noexcept {
  return error == beast_http::error::bad_value || error == beast_http::error::bad_content_length ||
         error == beast_http::error::multiple_content_length ||
         error == beast_http::error::bad_transfer_encoding;
}

// Takes over a line that Beast has checked and then refused: name ":" OWS value OWS CRLF.
void take_line(std::string_view& block, std::vector<Field>& fields) {
  const std::size_t end = block.find("\r\n");
  const std::string_view line = block.substr(0, end);
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  fields.push_back(
      {.id = parse_field_name(name), .name = name, .value = ascii::trim(line.substr(colon + 1))});
  block.remove_prefix(end + 2);
}

FieldLines Reader::read(std::string_view block) {
  // basic_parser insists on a start line. Ours has been read; this one only gets it going.
  constexpr std::string_view kStartLine = "G * HTTP/1.1\r\n";
  error_code error;
  put({kStartLine.data(), kStartLine.size()}, error);
  for (;;) {
    // After an error put() has used up the lines before the one at fault, and goes on where it is
    // told to.
    block.remove_prefix(put({block.data(), block.size()}, error));
    if (!error) return FieldLines::well_formed;
    if (!is_judgement(error)) return FieldLines::malformed;
    take_line(block, fields_);
  }
}

}  // namespace

FieldLines parse_field_lines(std::string_view block, std::vector<Field>& fields) {
  return Reader(fields).read(block);
}

}  // namespace hawkcache::http

#include "http/field_lines.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "http/control_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

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

class LineReader final : public beast_http::basic_parser<true> {
 public:
  explicit LineReader(std::vector<Field>& fields);

  // `line`, with its CRLF, is the first of `block`.
  FieldLines read(std::string_view line, std::string_view block);
  // The last thing to be read: all lines, and the empty one.
  FieldLines read_all(std::string_view block);

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
Field take_line(std::string_view line) {
  line.remove_suffix(2);
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  return {.id = parse_field_name(name), .name = name, .value = ascii::trim(line.substr(colon + 1))};
}

LineReader::LineReader(std::vector<Field>& fields) : fields_(fields) {
  skip(true);  // the body is not its business, whatever the fields say
  header_limit(std::numeric_limits<std::uint32_t>::max());
  // basic_parser insists on a start line. Ours has been read; this one only gets it going.
  constexpr std::string_view kStartLine = "G * HTTP/1.1\r\n";
  error_code ignored;
  put({kStartLine.data(), kStartLine.size()}, ignored);
}

FieldLines LineReader::read(std::string_view line, std::string_view block) {
  // A line ends where the next one does not begin with a blank: one byte more has to be seen.
  error_code error;
  const std::size_t used = put({block.data(), line.size() + 1}, error);
  if (used == line.size()) return FieldLines::well_formed;
  if (!is_judgement(error)) return FieldLines::malformed;
  fields_.push_back(take_line(line));
  return FieldLines::well_formed;
}

FieldLines LineReader::read_all(std::string_view block) {
  error_code error;
  for (;;) {
    // After an error put() has used up the lines before the one at fault, and goes on where it is
    // told to.
    block.remove_prefix(put({block.data(), block.size()}, error));
    if (!error) return FieldLines::well_formed;
    if (!is_judgement(error)) return FieldLines::malformed;
    const std::string_view line = block.substr(0, block.find('\r') + 2);
    fields_.push_back(take_line(line));
    block.remove_prefix(line.size());
  }
}

// The same field where its line stands now.
Field moved(const Field& field, const char* line) {
  const auto value = line + (field.value.data() - field.name.data());
  return {.id = field.id, .name = {line, field.name.size()}, .value = {value, field.value.size()}};
}

}  // namespace

std::size_t KnownLines::match(std::string_view text, ChangedValues& changed) const noexcept {
  changed.clear();
  if (block.empty()) return 0;
  if (text.starts_with(block)) return block.size();
  std::size_t line = 0;
  std::size_t known = 0;  // how far in the block
  for (std::size_t at = 0;;) {
    const std::size_t same = byte_words::common_prefix(block.substr(known), text.substr(at));
    known += same;
    at += same;
    if (known == block.size()) return at;
    while (line < fields.size() && begin_of(line + 1) <= known) ++line;
    if (line == fields.size()) return 0;
    // They differ within this line: behind the colon, and not between CR and LF.
    const std::size_t value = begin_of(line) + fields[line].name.size() + 1;
    if (known < value || block[known] == '\n') return 0;
    const std::size_t end = find_control(text, at);
    if (!text.substr(end).starts_with("\r\n")) return 0;
    if (!changed.add({.line = line, .begin = at - (known - value), .end = end})) return 0;
    known = begin_of(++line);
    at = end + 2;
    if (at != known) changed.set_lines_move();
  }
}

void replace_values(std::string_view block,
                    const ChangedValues& changed,
                    std::vector<Field>& fields) {
  for (const ChangedValues::Change& change : changed.all()) {
    fields[change.line].value = ascii::trim(block.substr(change.begin, change.end - change.begin));
  }
}

void move_fields(std::string_view block,
                 const KnownLines& known,
                 const ChangedValues& changed,
                 std::vector<Field>& fields) {
  auto change = changed.all().begin();
  const char* line = block.data();
  for (std::size_t i = 0; i < known.size(); ++i) {
    fields.push_back(moved(known.fields[i], line));
    if (change != changed.all().end() && change->line == i) {
      const std::string_view value = block.substr(change->begin, change->end - change->begin);
      fields.back().value = ascii::trim(value);
      line = value.data() + value.size() + 2;
      ++change;
    } else {
      line += known.begin_of(i + 1) - known.begin_of(i);
    }
  }
}

KnownLines::Run KnownLines::find_run(std::size_t next, std::string_view text) const noexcept {
  constexpr std::size_t kLookAhead = 3;
  const std::size_t end = std::min(fields.size(), next + kLookAhead);
  for (std::size_t first = next; first < end; ++first) {
    const std::string_view lines = from(first);
    const std::size_t same = byte_words::common_prefix(lines, text);
    Run run{.first = first, .count = 0, .bytes = 0};
    for (std::size_t line = first; line < fields.size(); ++line) {
      const std::size_t line_end = lines.size() - from(line + 1).size();
      if (line_end > same) break;
      ++run.count;
      run.bytes = line_end;
    }
    if (run.count > 0) return run;
  }
  return {};
}

FieldLines parse_field_lines(std::string_view block,
                             const KnownLines& known,
                             std::vector<Field>& fields) {
  std::optional<LineReader> reader;  // what it costs to begin is a line's worth
  std::size_t next = 0;
  while (block.size() > 2) {
    const KnownLines::Run run = known.find_run(next, block);
    for (const Field& field : known.fields.subspan(run.first, run.count)) {
      fields.push_back(
          moved(field, block.data() + (field.name.data() - known.from(run.first).data())));
    }
    block.remove_prefix(run.bytes);
    next = run.count > 0 ? run.first + run.count : next;
    if (block.size() <= 2) break;
    const std::string_view line = block.substr(0, block.find('\r') + 2);
    if (!reader) reader.emplace(fields);
    if (next >= known.size()) return reader->read_all(block);
    if (reader->read(line, block) == FieldLines::malformed) return FieldLines::malformed;
    block.remove_prefix(line.size());
  }
  return FieldLines::well_formed;
}

}  // namespace hawkcache::http

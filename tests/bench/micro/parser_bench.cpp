// The head of a request on a kept connection, after one that was the same or another.
#include "micro.hpp"

#include <array>

namespace hawkcache::bench {
namespace {

void parse(benchmark::State& state, Differs differs) {
  const std::array heads = {request_head("/users/42"), request_head("/users/42", differs)};
  http::RequestParser parser(http::HeadLimits{});
  std::size_t turn = 0;
  for (auto _ : state) {
    if (parser.feed(heads[turn]) != http::Feed::complete) {
      state.SkipWithError("not a request");
      break;
    }
    benchmark::DoNotOptimize(parser.head().field_list.data());
    parser.reset();
    turn = 1 - turn;
  }
}

void parse_new(benchmark::State& state) { parse(state, Differs::in_every_line); }
void parse_changed(benchmark::State& state) { parse(state, Differs::in_one_line); }
void parse_same(benchmark::State& state) { parse(state, Differs::nowhere); }

}  // namespace

void add_parser(const Choice& choice) {
  add(choice, "parse_head/every_line_new", parse_new);
  add(choice, "parse_head/one_line_new", parse_changed);
  add(choice, "parse_head/same_again", parse_same);
}

}  // namespace hawkcache::bench

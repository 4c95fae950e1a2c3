#include "http/problem.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

using testing::HasSubstr;

struct DetailRow {
  int status;
  const char* named;
};

class RefusalDetail : public testing::TestWithParam<DetailRow> {};

TEST_P(RefusalDetail, NamesWhatTheRequestBreaks) {
  EXPECT_THAT(std::string(refusal_detail(GetParam().status)), HasSubstr(GetParam().named));
}

INSTANTIATE_TEST_SUITE_P(OfEachStatus,
                         RefusalDetail,
                         testing::Values(DetailRow{400, "HTTP's syntax"},
                                         DetailRow{408, "limits.header_timeout"},
                                         DetailRow{413, "limits.request_body"},
                                         DetailRow{414, "limits.request_line"},
                                         DetailRow{417, "100-continue"},
                                         DetailRow{431, "limits.header_count"},
                                         DetailRow{501, "CONNECT"},
                                         DetailRow{505, "HTTP/1.1"}),
                         [](const auto& row) { return std::to_string(row.param.status); });

}  // namespace
}  // namespace hawkcache::http

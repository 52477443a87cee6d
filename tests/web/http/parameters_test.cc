// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/parameters.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace {

using eddy::web::content_disposition;
using eddy::web::FieldValue;
using eddy::web::parse_parameter_list;
using eddy::web::parse_parameters;
using eddy::web::safe_basename;

std::string filename_of(std::string_view parameters) {
  const FieldValue value = parse_parameters("form-data; " + std::string(parameters));
  EXPECT_TRUE(value.well_formed) << parameters;
  return std::string(value.find("filename").value_or("none"));
}

TEST(Parameters, NamesValuesAndBlanks) {
  const FieldValue v =
      parse_parameters(" text/HTML ;Charset = utf-8 ;; flag; empty= ;a=\"b;c\" ; ");
  EXPECT_EQ(v.value, "text/HTML");
  EXPECT_TRUE(v.is("text/html"));
  EXPECT_TRUE(v.well_formed);
  ASSERT_EQ(v.parameters.size(), 4U);
  EXPECT_EQ(v.find("charset"), "utf-8");
  EXPECT_EQ(v.find("a"), "b;c");
  EXPECT_EQ(v.find("flag"), "");
  EXPECT_FALSE(v.parameters[1].has_value);
  EXPECT_EQ(v.find("empty"), "");
  EXPECT_TRUE(v.parameters[2].has_value);
  EXPECT_FALSE(v.contains("b"));
  EXPECT_EQ(parse_parameters("").value, "");
  EXPECT_EQ(parse_parameters("plain").parameters.size(), 0U);
}

TEST(Parameters, TheFirstOfSeveralCounts) {
  const FieldValue v = parse_parameters("x; a=1; A=2");
  EXPECT_EQ(v.find("a"), "1");
  EXPECT_EQ(v.count("a"), 2U);
  EXPECT_EQ(v.count("a", true), 0U);
}

// What browsers send, escaped or not: tornado.test.httputil_test.
TEST(Parameters, QuotesAndBackslashes) {
  EXPECT_EQ(filename_of(R"(filename="a;b.txt")"), "a;b.txt");
  EXPECT_EQ(filename_of(R"(filename="a\"b.txt")"), "a\"b.txt");
  EXPECT_EQ(filename_of(R"(filename="a\";b.txt")"), "a\";b.txt");
  EXPECT_EQ(filename_of(R"(filename="a;\"b.txt")"), "a;\"b.txt");
  EXPECT_EQ(filename_of(R"(filename="a;\";\";.txt")"), "a;\";\";.txt");
  EXPECT_EQ(filename_of(R"(filename="a\\\"b.txt")"), "a\\\"b.txt");
  EXPECT_EQ(filename_of(R"(filename="a\\b.txt")"), "a\\b.txt");
  EXPECT_EQ(filename_of(R"(filename="C:\dir\file.txt")"), "C:\\dir\\file.txt");
  EXPECT_EQ(filename_of(R"(filename="%22%0D.txt")"), "%22%0D.txt");
  EXPECT_EQ(filename_of("filename=ab.txt"), "ab.txt");
  EXPECT_EQ(filename_of("filename=\"\xc3\xa9\""), "\xc3\xa9");
  EXPECT_EQ(filename_of("filename=\"\""), "");
}

TEST(Parameters, SaysWhatWasPassedOver) {
  for (const char* bad :
       {"x; a=\"b", "x; a=\"b\\", "x; a=\"b\\\"", "x; a=\"b\"c", "x; a=b\"c\"", "x; =b", "x; a b=c",
        "x; \"a\"=c", "x; a*1=b", "x; a*0=b; a*2=c", "x; a*0=b; a*0=c", "x; a*0=b; a*1=c; a*1=d",
        "x; a*0=b; a*1*=%0D%0A%00%FF", "x; a*0=b; a*1=c; a*2*=d"}) {
    EXPECT_FALSE(parse_parameters(bad).well_formed) << bad;
  }
  EXPECT_EQ(parse_parameters("x; a*0=b; a*1*=%0D%0A%00%FF").find("a"), std::nullopt);
  EXPECT_EQ(parse_parameters("x; a=\"b").find("a"), "b");
  EXPECT_EQ(parse_parameters("x; a=\"b\" c; d=e").find("d"), "e");
}

TEST(Parameters, Extended) {
  EXPECT_EQ(filename_of("filename*=UTF-8''%e2%82%ac%20rates"), "\xe2\x82\xac rates");
  EXPECT_EQ(filename_of("filename*=utf-8'en'a.txt"), "a.txt");
  EXPECT_EQ(filename_of("filename*=iso-8859-1''%E9"), "\xc3\xa9");
  EXPECT_EQ(filename_of("filename*=\"UTF-8''a\""), "a");
  // The extended one wins, wherever it stands (RFC 6266, 4.3).
  EXPECT_EQ(filename_of("filename=\"ab.txt\"; filename*=UTF-8''%C3%A1b.txt"),
            "\xc3\xa1"
            "b.txt");
  EXPECT_EQ(filename_of("filename*=UTF-8''%C3%A1b.txt; filename=\"ab.txt\""),
            "\xc3\xa1"
            "b.txt");
}

TEST(Parameters, ExtendedThatCannotBeDecodedIsLeftOut) {
  for (const char* bad : {"UTF-8''%e9", "UTF-8''%", "UTF-8''%4", "UTF-8''%zz", "UTF-16''a", "''a",
                          "a", "UTF-8'a", "UTF-8''%00", "UTF-8''a%0d%0ab", "us-ascii''%e9"}) {
    EXPECT_EQ(filename_of("filename=plain; filename*=" + std::string(bad)), "plain") << bad;
  }
}

TEST(Parameters, Continued) {
  EXPECT_EQ(filename_of("filename*0=\"a b\"; filename*1=c"), "a bc");
  EXPECT_EQ(filename_of("filename*1=c; filename*0=ab"), "abc");
  EXPECT_EQ(filename_of("filename*0*=utf-8''%C3; filename*1*=%A9%25; filename*2=%25"),
            "\xc3\xa9%%25");
  EXPECT_EQ(filename_of("filename=x; filename*0*=utf-8''a; filename*1=b"), "ab");
  std::string twelve = "filename*0=a";
  for (int i = 1; i < 12; ++i) twelve += "; filename*" + std::to_string(i) + "=b";
  EXPECT_EQ(filename_of(twelve), "abbbbbbbbbbb");
}

TEST(Parameters, AreBounded) {
  std::string field = "x";
  for (int i = 0; i < 64; ++i) field += ";a";
  EXPECT_TRUE(parse_parameters(field).well_formed);
  EXPECT_EQ(parse_parameters(field).parameters.size(), 64U);
  EXPECT_FALSE(parse_parameters(field + ";a").well_formed);
  EXPECT_EQ(parse_parameters(field + ";a").parameters.size(), 64U);
}

TEST(ParameterList, ExtensionsOfAWebSocket) {
  const auto list = parse_parameter_list(
      "permessage-deflate; server_no_context_takeover; client_max_window_bits, , x; a=\"b,c\",y");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_TRUE(list[0].is("permessage-deflate"));
  EXPECT_TRUE(list[0].contains("server_no_context_takeover"));
  EXPECT_TRUE(list[0].contains("client_max_window_bits"));
  EXPECT_EQ(list[1].find("a"), "b,c");
  EXPECT_EQ(list[2].value, "y");
  EXPECT_EQ(parse_parameter_list("a,b,c", 2).size(), 2U);
  EXPECT_TRUE(parse_parameter_list("").empty());
}

TEST(ContentDisposition, NamesAFile) {
  EXPECT_EQ(content_disposition("attachment"), "attachment");
  EXPECT_EQ(content_disposition("inline", "a b;'*.txt"), "inline; filename=\"a b;'*.txt\"");
  EXPECT_EQ(content_disposition("attachment", "\xe2\x82\xac rates.txt"),
            "attachment; filename=\"_ rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt");
  EXPECT_EQ(content_disposition("attachment", "a\"b\\c%41'*.!#$&+-.^_`|~"),
            "attachment; filename=\"a_b_c_41'*.!#$&+-.^_`|~\"; "
            "filename*=UTF-8''a%22b%5Cc%2541%27%2A.!#$&+-.^_`|~");
  for (const char* bad : {"", "a b", "a;b", "a\r\nb"}) {
    EXPECT_THROW(static_cast<void>(content_disposition(bad, "a")), std::invalid_argument) << bad;
  }
}

TEST(ContentDisposition, NoNameSplitsAHeader) {
  EXPECT_EQ(content_disposition("attachment", std::string_view("a\r\n\0\x7f\xff\xe2\x82z", 9)),
            "attachment; filename=\"a_______z\"");
  EXPECT_EQ(content_disposition("attachment", "\xff\xc3\xa9"),
            "attachment; filename=\"__\"; filename*=UTF-8''_%C3%A9");
}

TEST(ContentDisposition, IsReadAsItWasMeant) {
  for (const char* name :
       {"a", "a b.txt", "\"", "\\", "a\\\"b", "%41", "100%", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
        "'a'b'", "; filename=x", " a ", "a=b&c", "\xc2\x85"}) {
    const FieldValue value = parse_parameters(content_disposition("attachment", name));
    EXPECT_TRUE(value.well_formed) << name;
    EXPECT_TRUE(value.is("attachment"));
    EXPECT_EQ(value.find("filename"), name);
  }
}

TEST(SafeBasename, NamesAFileInItsFolder) {
  EXPECT_EQ(safe_basename("a.txt"), "a.txt");
  EXPECT_EQ(safe_basename("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_basename("C:\\dir\\file.txt"), "file.txt");
  EXPECT_EQ(safe_basename("a/b\\c"), "c");
  EXPECT_EQ(safe_basename("C:file"), "C_file");
  EXPECT_EQ(safe_basename("dir/"), "");
  EXPECT_EQ(safe_basename(".."), "");
  EXPECT_EQ(safe_basename(""), "");
  EXPECT_EQ(safe_basename(".htaccess"), "htaccess");
  EXPECT_EQ(safe_basename(" .a. "), "a");
  EXPECT_EQ(safe_basename("a<b>:\"|?*"), "a_b______");
  EXPECT_EQ(safe_basename(std::string_view("a\0b\r\n\x7f\xc2\x85"
                                           "c",
                                           9)),
            "abc");
  EXPECT_EQ(safe_basename("\xc3\xa9t\xc3\xa9.txt"), "\xc3\xa9t\xc3\xa9.txt");
  EXPECT_EQ(safe_basename("a\xff.txt"), "a_.txt");
}

TEST(SafeBasename, NoDevices) {
  for (const char* name : {"con", "NUL.txt", "com1", "LPT9.tar.gz", "aux ", "prn."}) {
    EXPECT_EQ(safe_basename(name).front(), '_') << name;
  }
  EXPECT_EQ(safe_basename("conx"), "conx");
  EXPECT_EQ(safe_basename("com10"), "com10");
}

TEST(SafeBasename, IsBoundedBetweenCharacters) {
  EXPECT_EQ(safe_basename(std::string(300, 'a')).size(), 200U);
  std::string euros = "a";
  for (int i = 0; i < 100; ++i) euros += "\xe2\x82\xac";
  EXPECT_EQ(safe_basename(euros).size(), 199U);
}

}  // namespace

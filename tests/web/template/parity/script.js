{# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception #}
{% import "tests/web/template/parity.h" %}
{% param const std::vector<eddy_tests::Row>& rows %}
{% param std::string_view name %}
{% param int count %}
{% param bool yes %}
// {{ name }}
var   a  =  { b: {{ count }} };


   end();

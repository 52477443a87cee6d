# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Eddy's templates read by Tornado."""

import pathlib
import re

from tornado import template


class Loader(template.Loader):
    """Of files that eddy-template compiles as well: Tornado knows neither parameters nor headers."""

    def _create_template(self, name):
        text = (pathlib.Path(self.root) / name).read_bytes().decode()
        text = re.sub(r'\{% (param|import) ([^%]*) %\}', "{% comment %}", text)
        return template.Template(text, name=name, loader=self)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Templates."""

from item import absent, item

ITEMS = [
    item("T1", "Directives: {{ }}, raw, if, for, while, each with else, break, continue, try, set, apply, block, extends, "
         "include, module, import, from, autoescape, whitespace, comments; {{!, {%! and {#! are text; of three braces the "
         "inner two count.",
         "Page",
         "template:expression.html,raw.html,if.html,for.html,for_else.html,while.html,try.html,set.html,apply.html "
         "template:comments.html,literals.html template:include.html,child.html,autoescape_function.html,whitespace.html "
         "TemplateModules.PutTheirResourcesIntoThePageOnce TemplateErrors.OfBlocks,OfDeclarations TemplateCode.IsCpp "
         "TemplateSet.LeavesTheProgramsDataAlone",
         differs="import takes a header, from a namespace; param declares what the page is given."),
    item("T2", "Expressions are Python's; text and bytes stand as they are, other values as their text, None too.",
         "Page",
         "TemplateCode.IsCpp TemplateValues.ArePrintedAndEscaped,OfOtherTypesAreRefused "
         "TemplateCompiler.ExpressionsMayHoldWhatEndsTags python:web/template/build_test.py:check_lines",
         differs="They are C++'s, and so is the life of a variable, which ends with its if or loop; an empty optional is "
         "nothing; a value without text does not compile."),
    item("T3", "Every template knows escape, xhtml_escape, url_escape, json_encode, squeeze, linkify and datetime, then the "
         "loader's names, then its arguments.",
         "template_names::xhtml_escape template_names::escape template_names::url_escape template_names::json_encode template_names::squeeze "
         "template_names::linkify template_names::range",
         "template:expression.html,url.html,apply.html,for.html TemplateValues.AreEscapedForTheirPlace TemplateRange.IsPythons",
         differs="There are range() and attribute_escape() besides. Times are std::chrono's, and a loader's names those of "
         "headers: a template imports the header of what it calls."),
    item("T4", "What is written is escaped by xhtml_escape, unless the loader or the template's file says otherwise, or "
         "None; a file's word is for its own expressions, in blocks too; what modules give is raw.",
         "Page",
         "template:autoescape_block.html,autoescape_function.html,autoescape_late.html,autoescape_none.html "
         "TemplateValues.ArePrintedAndEscaped,AreEscapedForTheirPlace TemplateCompiler.OptionsGiveDefaults "
         "parity:pages/list_escaped"),
    item("T5", "Of a template that extends another only its blocks count, through several levels and within each other; "
         "what is included stands there, knows the same variables and may have blocks.",
         "Page",
         "template:base.html,child.html,grandchild.html,replace_outer.html,include.html,include_block.html"),
    item("T6", "apply has variables of its own, and no break or continue leads out of it.",
         "Page",
         "template:apply.html TemplateApply.HasVariablesOfItsOwn TemplateErrors.OfJumps"),
    item("T7", "Whitespace: all; single, of .html and .js, where a run of blanks is one and a run with a line end is one "
         "line end; oneline. Text with <pre> stays. The directive goes before the argument, that before the loader, that "
         "before the name's end.",
         "Page",
         "template:whitespace.html,whitespace.txt,script.js,pre.html,control_characters.txt "
         "TemplateCompiler.OptionsGiveDefaults,BlanksBeyondAsciiStay python:web/template/build_test.py:check_command",
         differs="Blanks are those of ASCII: others stay, such as a no-break space."),
    absent("T8", "Loaders find templates in a folder, a dict or elsewhere, relative to each other and within the root, and "
           "keep them.",
           "eddy_target_templates() in CMake compiles them, and looks for changes; names are relative to the file, and stay "
           "within the root",
           "TemplateCompiler.NamesOfOtherFilesAreBesideTheFileOrBelowTheRoot TemplateErrors.OfOtherFiles "
           "python:web/template/build_test.py:check_rebuild"),
    item("T9", "What is wrong with a template is a ParseError of its file and line; what goes wrong when it runs points to "
         "the template's line, through includes.",
         "Page",
         "TemplateErrors.NameFileAndLine,OfTags,OfBlocks,OfJumps,OfDeclarations,OfOtherFiles "
         "TemplateCompiler.EveryStatementNamesItsLineInTheTemplate,APlaceInATemplateIsOneLine "
         "python:web/template/build_test.py:check_lines StacksTest.NameTheLineOfATemplate "
         "TemplatePlaces.AreTheLinesOfWhatThrew",
         differs="It is an error of the build, in the template's line; debuggers, the debug page, and the stacks that eddy::stacks "
         "keeps, show that line when it runs."),
    absent("T10", "A Template is made of a text at run time, and generate() gives its bytes.",
           "each file is a type, made when the program is built: page.render() gives the text, append_to() appends it",
           "TemplatePage.IsATypeWithItsParameters,IsAppendedAndAllocatesNothingWhereThereIsRoom",
           "Page"),
]

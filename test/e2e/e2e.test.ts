/** What the system does, on one system for all suites: starting one costs more than most of them. */
import './story.suite';
import './visibility.suite';
import './writes.suite';
import './lists.suite';
import './reference.suite';
import './imports.suite';
import './cli.suite';

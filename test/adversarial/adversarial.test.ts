/** What people have tried, on one system for all suites: what one attack leaves behind must not help the next. */
import './evidence.suite';
import './authority.suite';
import './pledges.suite';
import './tokens.suite';
import './transport.suite';
import './races.suite';
import './collusion.suite';
import './certificates.suite';
import './storm.suite';

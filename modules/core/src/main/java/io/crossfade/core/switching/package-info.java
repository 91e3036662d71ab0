/**
 * What a switch asks of a database: that nobody but us writes to a table any more, who has been
 * writing for long, that new rows get new numbers, that a definition is changed without anybody
 * waiting for us. Ports, values, and the arithmetic of numbers; the order of the steps is above.
 */
package io.crossfade.core.switching;

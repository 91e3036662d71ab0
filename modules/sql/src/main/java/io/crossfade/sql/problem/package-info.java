/** What is wrong with a SELECT, and where in its text. Below all other rooms of this module. */
package io.crossfade.sql.problem;

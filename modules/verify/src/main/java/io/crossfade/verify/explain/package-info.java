/**
 * The biography of one row: what is known of it on its way, and what that means. Values and the
 * rules that judge them; who asks databases and topics is above.
 */
package io.crossfade.verify.explain;
